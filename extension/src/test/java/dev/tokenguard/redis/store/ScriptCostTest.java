package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.executors.CommandExecutor;

/**
 * How much each script reads and writes, however many families a user has: the arguments of all its
 * commands and the elements of their replies, which is what Redis' time goes by.
 */
final class ScriptCostTest {

  private static final List<Integer> FAMILIES = List.of(1, 1_000, 100_000);
  private static final RotationPolicy UNLIMITED =
      Policies.with("max-families-per-user-and-client", 0);

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
  private CountingJedis counting;
  private RedisFamilyStore store;

  @BeforeEach
  void open() {
    JEDIS.flushAll();
    counting = new CountingJedis(TestRedis.client());
    store =
        new RedisFamilyStore(
            new Redis(counting, TestRedis.BREAKER, new RecordedTelemetry()),
            new RedisKeys(TestRedis.PREFIX));
  }

  @AfterEach
  void close() {
    counting.close();
  }

  private void fill(int families) {
    JEDIS.flushAll();
    store.begin(login.begin(clock), UNLIMITED);
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

  /** Of the calls of one kind, at 1, 1000 and 100 000 families. */
  private List<Integer> costs(Runnable call) {
    List<Integer> costs = new ArrayList<>();
    for (int families : FAMILIES) {
      fill(families);
      counting.touched.clear();
      call.run();
      costs.add(counting.touched.stream().mapToInt(Integer::intValue).max().orElseThrow());
    }
    return costs;
  }

  @Test
  void whenATokenIsRefreshed_thenItCostsTheSameHoweverManyFamiliesThereAre() {
    List<Integer> costs =
        costs(() -> store.rotate(login.refresh(0, clock), Policies.DEFAULT, it -> false));
    assertThat(costs).allMatch(cost -> cost == costs.get(0)).allMatch(cost -> cost < 40);
  }

  @Test
  void whenAUserLogsIn_thenItCostsLittleHoweverManyFamiliesThereAre() {
    assertThat(costs(() -> store.begin(login.asFamily("another").begin(clock), Policies.DEFAULT)))
        .allMatch(cost -> cost < 250);
  }

  @Test
  void whenAUserLogsInAtASmallLimit_thenItCostsLittleHoweverManyFamiliesThereAre() {
    RotationPolicy three = Policies.with("max-families-per-user-and-client", 3);
    assertThat(costs(() -> logIn(20, three))).allMatch(cost -> cost < 350);
  }

  @Test
  void whenAUserLogsInAtTheDefaultLimit_thenTheMeanIsLittleAndEachIsBounded() {
    fill(100_000);
    logIn(1_063, Policies.DEFAULT);
    counting.touched.clear();
    logIn(1_000, Policies.DEFAULT);
    assertThat(counting.touched).hasSize(1_000).allMatch(cost -> cost < 12_000);
    assertThat(counting.touched.stream().mapToInt(Integer::intValue).average().orElseThrow())
        .isLessThan(450);
  }

  private void logIn(int times, RotationPolicy policy) {
    for (int number = 0; number < times; number++) {
      store.begin(login.asFamily("login " + clock.second() + "." + number).begin(clock), policy);
    }
  }

  @Test
  void whenASessionAUserOrAClientIsRevoked_thenThatIsOneCheapCommandAndNothingIsEnumerated() {
    long until = clock.second() + 1_000;
    Revocation session =
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), until);
    Revocation user = Revocations.ofUser(login.user(), List.of(), clock.second() + 1, until);
    Revocation client =
        Revocations.ofClient(login.user(), login.client(), List.of(), clock.second(), until);
    for (Revocation each : List.of(session, user, client)) {
      assertThat(costs(() -> store.revoke(each))).allMatch(cost -> cost < 30);
      assertThat(counting.touched).hasSize(1);
    }
  }

  @Test
  void whenFamiliesAreListed_thenNoPageIsLarge() {
    fill(100_000);
    counting.touched.clear();
    assertThat(store.find(login.user())).hasSize(100_000);
    assertThat(counting.touched).hasSizeGreaterThan(100).allMatch(cost -> cost < 12_000);
  }

  /** Counts what the scripts that it runs touch. */
  private static final class CountingJedis extends UnifiedJedis {

    private static final String COUNTER =
        """
        local touched, server = 0, redis
        local function counted(command, ...)
          local reply = server.call(command, ...)
          touched = touched + select('#', ...) + (type(reply) == 'table' and #reply or 1)
          if command == 'HSCAN' then touched = touched + #reply[2] end
          return reply
        end
        local redis = setmetatable({ call = counted }, { __index = server })
        local function script()
        %s
        end
        local reply = script()
        return { touched, reply }
        """;

    private final List<Integer> touched = new ArrayList<>();
    private final UnifiedJedis real;

    CountingJedis(UnifiedJedis real) {
      super(
          new CommandExecutor() {
            @Override
            public <T> T executeCommand(CommandObject<T> command) {
              return real.executeCommand(command);
            }

            @Override
            public void close() {
              real.close();
            }
          },
          null,
          RedisProtocol.RESP3,
          null);
      this.real = real;
    }

    @Override
    public Object evalsha(String sha1, List<String> keys, List<String> arguments) {
      throw new JedisNoScriptException("by its source");
    }

    @Override
    public Object eval(String script, List<String> keys, List<String> arguments) {
      List<?> reply = (List<?>) real.eval(String.format(COUNTER, script), keys, arguments);
      touched.add(((Long) reply.get(0)).intValue());
      return reply.get(1);
    }
  }
}
