package dev.tokenguard.redis.connection;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis.ScriptCall;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/** The commands that a Redis in good order receives. */
final class RedisTest extends ConnectionTest {

  private static final Pattern CALLS = Pattern.compile("cmdstat_([a-z|]+):calls=(\\d+)");
  private static final Set<String> NOT_COUNTED = Set.of("incr", "config|resetstat", "info");

  private Redis redis;

  @BeforeEach
  void openConnection() {
    JEDIS.flushAll();
    redis = TestRedis.open(telemetry);
    increment(redis, "key");
    telemetry.answered.clear();
    JEDIS.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));
  }

  @AfterEach
  void closeConnection() {
    assertThat(telemetry.failed).isEmpty();
    redis.close();
  }

  private static Map<String, Integer> calls() {
    Map<String, Integer> calls = new TreeMap<>();
    Matcher matcher = CALLS.matcher(JEDIS.info("commandstats"));
    while (matcher.find()) {
      calls.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    calls.keySet().removeAll(NOT_COUNTED);
    return calls;
  }

  @Test
  void given_a_cached_script_then_each_run_is_one_command() {
    assertThat(increment(redis, "key")).isEqualTo(2);
    assertThat(increment(redis, "key")).isEqualTo(3);

    assertThat(calls()).isEqualTo(Map.of("evalsha", 2));
    assertThat(telemetry.answered).containsExactly(Operation.ROTATE, Operation.ROTATE);
  }

  @Test
  void given_a_script_that_is_not_cached_then_its_source_is_sent_once() {
    JEDIS.scriptFlush("any");

    assertThat(increment(redis, "key")).isEqualTo(2);
    assertThat(increment(redis, "key")).isEqualTo(3);

    assertThat(calls()).isEqualTo(Map.of("script|flush", 1, "eval", 1, "evalsha", 2));
    assertThat(telemetry.answered).containsExactly(Operation.ROTATE, Operation.ROTATE);
  }

  @Test
  void given_many_runs_then_each_runs_once_and_they_count_as_one_command() {
    List<ScriptCall> runs = List.of(run("a"), run("b"), run("a"));
    redis.runAll(INCREMENT, runs);
    JEDIS.scriptFlush("any");
    redis.runAll(INCREMENT, runs);
    redis.runAll(INCREMENT, List.of());

    assertThat(redis.values(Operation.FIND, List.of("a", "none", "b")))
        .containsExactly("4", null, "2");
    assertThat(telemetry.answered)
        .containsExactly(Operation.ROTATE, Operation.ROTATE, Operation.FIND);
  }

  @Test
  void given_one_run_that_fails_then_the_others_run_and_the_failure_is_thrown() {
    JEDIS.hset("hash", "field", "value");

    assertThatThrownBy(() -> redis.runAll(INCREMENT, List.of(run("a"), run("hash"), run("b"))))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(redis.values(Operation.FIND, List.of("a", "b"))).containsExactly("1", "1");
    assertThat(telemetry.failed).singleElement().asString().contains("WRONGTYPE");
    telemetry.failed.clear();
  }

  @Test
  void given_a_ping_then_it_is_recorded() {
    redis.ping();
    assertThat(telemetry.answered).containsExactly(Operation.PING);
  }

  private static ScriptCall run(String key) {
    return new ScriptCall(key, List.of());
  }
}
