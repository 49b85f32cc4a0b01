package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The size of a family. A hash stays compact as long as each field is within 64 bytes. */
final class RecordSizeTest {

  private static final RotationPolicy ALL =
      Policies.of(
          "bind-to=user-agent-and-ip max-refreshes-per-minute=60 grace-period=300"
              + " max-families-per-user-and-client=1");
  private static final int USERS = 100;
  private static final int REFRESHES = 12;

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final FamilyStore store = TestRedis.emptyStore(clock);

  private static String key(Login login) {
    return new RedisKeys(TestRedis.PREFIX).user(login.user());
  }

  private RotationRequest retained(RotationRequest request) {
    RotationRequest named =
        Login.attempted(request, RotationRequest.Attempt.aged(Duration.ZERO).id(), Duration.ZERO);
    return Login.retained(named, clock.second() + 604_860, clock.second() + 2_592_000);
  }

  private void begin(Login one, RotationPolicy policy) {
    store.begin(retained(one.begin(clock)), policy);
  }

  private void refresh(Login one, long generation, RotationPolicy policy) {
    assertThat(store.rotate(retained(one.refresh(generation, clock)), policy, it -> false))
        .matches(it -> it.issued().isPresent());
  }

  private void assertCompact(Login one) {
    assertThat(JEDIS.hgetAll(key(one)))
        .allSatisfy((field, value) -> assertThat(value.length()).isLessThanOrEqualTo(64));
    assertThat(JEDIS.objectEncoding(key(one))).isEqualTo("listpack");
  }

  @Test
  void given_a_bound_offline_login_then_its_record_is_compact() {
    Login bound = login.offline().boundTo(Login.HERE);
    begin(bound, ALL);
    assertCompact(bound);
  }

  /** Refreshed 99 999 times, idle for a month, and replayed to the limit. */
  @Test
  void given_a_record_with_all_parts_then_it_is_compact_also_once_it_is_revoked() {
    refresh(login, 0, ALL);
    refresh(login, 99_990, ALL);
    clock.advance(Duration.ofDays(30));
    for (long generation = 99_991; generation < 99_999; generation++) {
      refresh(login, generation, ALL);
      clock.advance(Duration.ofSeconds(1));
    }
    for (int replay = 0; replay < 10; replay++) {
      refresh(login, 99_998, ALL);
    }
    assertCompact(login);

    begin(login.asFamily("6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e60"), ALL);
    assertThat(JEDIS.hvals(key(login))).filteredOn(it -> it.endsWith(",capped")).hasSize(1);
    assertCompact(login);

    Families target = new Families(login.user(), List.of(login.family()));
    store.revoke(new Revocation(target, clock.second(), clock.second() + 1));
    assertCompact(login);
  }

  /** The tables of Redis need 50 to 70 bytes more for a key that expires. */
  @Test
  void given_many_users_with_a_family_each_then_a_record_needs_at_most_340_bytes() {
    long bytes = 0;
    for (int user = 0; user < USERS; user++) {
      Login one = login.ofUser(uuid()).asFamily(uuid()).inSession(uuid(), login.started());
      begin(one, Policies.DEFAULT);
      for (int generation = 0; generation < REFRESHES; generation++) {
        refresh(one, generation, Policies.DEFAULT);
      }
      bytes += JEDIS.memoryUsage(key(one), 0);
    }
    assertThat((double) bytes / USERS).isBetween(200.0, 340.0);
  }

  private static String uuid() {
    return UUID.randomUUID().toString();
  }
}
