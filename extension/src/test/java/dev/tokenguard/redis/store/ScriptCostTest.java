package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.CLOCKED;
import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.TestLength;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each script reads and writes, however many families a user has. */
final class ScriptCostTest {

  private static final List<Integer> FAMILIES = List.of(1, 1_000, 20_000);

  /** The record of one login again and again, 1000 at each client. */
  private static final String CLONE =
      """
      local key, lineage, access = KEYS[1], ARGV[1], ARGV[2]
      for number = tonumber(ARGV[3]), tonumber(ARGV[4]) do
        local id, client = string.format('%021dA', number), '~c' .. math.floor(number / 1000)
        redis.call('HSET', key, 'f:' .. id, lineage, 'a:' .. id, access,
          'i:' .. client .. '.' .. (number % 1000 + 1), '~ses,' .. id .. ',' .. ARGV[5],
          'h:' .. client, '1,1,' .. (number % 1000 + 2))
      end
      """;

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private FamilyStore store;

  private void fill(int families) {
    store = TestRedis.emptyStore(clock);
    logIn(login.family(), Policies.with("max-families-per-user-and-client", 0));
    RedisKeys keys = new RedisKeys(TestRedis.PREFIX);
    String key = keys.user(login.user());
    String family = keys.compact(login.family());
    List<String> record = JEDIS.hmget(key, "f:" + family, "a:" + family);
    for (int from = 1; from < families; from += 5_000) {
      JEDIS.eval(
          CLONE,
          List.of(key),
          List.of(
              record.get(0),
              record.get(1),
              "" + from,
              "" + Math.min(families - 1, from + 4_999),
              "" + clock.second()));
    }
    assertThat(JEDIS.hlen(key)).isGreaterThanOrEqualTo(3L * families);
  }

  private void logIn(String family, RotationPolicy policy) {
    store.begin(login.asFamily(family).begin(clock), policy);
  }

  private void logIn(int times, RotationPolicy policy) {
    for (int number = 0; number < times; number++) {
      logIn("login " + clock.second() + "." + number, policy);
    }
  }

  /** The largest at 1, 1000 and 20 000 families. */
  private List<Integer> costs(Runnable call) {
    List<Integer> costs = new ArrayList<>();
    for (int families : FAMILIES) {
      fill(families);
      CLOCKED.costs.clear();
      call.run();
      costs.add(CLOCKED.costs.stream().mapToInt(Integer::intValue).max().orElseThrow());
    }
    return costs;
  }

  @Test
  void given_a_refresh_then_it_costs_the_same_for_any_number_of_families() {
    List<Integer> costs =
        costs(() -> store.rotate(login.refresh(0, clock), Policies.DEFAULT, it -> false));
    assertThat(costs).allMatch(cost -> cost == costs.get(0)).allMatch(cost -> cost < 40);
  }

  @Test
  void given_logins_then_each_is_cheap_for_any_number_of_families() {
    assertThat(costs(() -> logIn("another", Policies.DEFAULT))).allMatch(cost -> cost < 250);
    RotationPolicy three = Policies.with("max-families-per-user-and-client", 3);
    assertThat(costs(() -> logIn(20, three))).allMatch(cost -> cost < 350);
  }

  @Test
  void given_logins_at_the_default_limit_then_the_mean_is_low_and_each_is_bounded() {
    fill(20_000);
    logIn(1_063, Policies.DEFAULT);
    CLOCKED.costs.clear();
    logIn(1_000, Policies.DEFAULT);
    assertThat(CLOCKED.costs).hasSize(1_000).allMatch(cost -> cost < 12_000);
    assertThat(CLOCKED.costs.stream().mapToInt(Integer::intValue).average().orElseThrow())
        .isLessThan(450);
  }

  @Test
  void given_the_revocation_of_a_session_a_user_or_a_client_then_it_is_one_cheap_command() {
    long now = clock.second();
    long until = now + 1_000;
    for (RevocationTarget each :
        List.of(
            Sessions.of(login.user(), login.session(), SessionKind.BOTH),
            new User(login.user()),
            new Client(login.user(), login.client(), List.of()))) {
      assertThat(costs(() -> store.revoke(new Revocation(each, now, until))))
          .allMatch(cost -> cost < 30);
      assertThat(CLOCKED.costs).hasSize(1);
    }
  }

  @Test
  void given_many_families_then_no_page_of_them_is_large() {
    int families = TestLength.of(20_000, 100_000);
    fill(families);
    CLOCKED.costs.clear();
    assertThat(store.find(login.user())).hasSize(families);
    assertThat(CLOCKED.costs).hasSizeGreaterThan(families / 1_000).allMatch(cost -> cost < 12_000);
  }
}
