package dev.tokenguard.redis.connection;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis.ScriptCall;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/** The commands that a Redis in good order receives. */
final class RedisTest extends ConnectionTest {

  private static final Pattern CALLS =
      Pattern.compile("cmdstat_(evalsha|eval|get|mget|ping):calls=(\\d+)");
  private static final int MANY = 40;

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
    redis.close();
  }

  private static Map<String, Integer> calls() {
    return CALLS
        .matcher(JEDIS.info("commandstats"))
        .results()
        .collect(Collectors.toMap(it -> it.group(1), it -> Integer.valueOf(it.group(2))));
  }

  private static int reads() {
    String reads = "(?s).*total_reads_processed:(\\d+).*";
    return Integer.parseInt(JEDIS.info("stats").replaceAll(reads, "$1"));
  }

  @Test
  void given_a_command_then_it_is_sent_and_recorded_once() {
    assertThat(increment(redis, "key")).isEqualTo(2);
    assertThat(redis.value(Operation.FIND, "key")).contains("2");
    assertThat(redis.values(Operation.FIND, List.of("none", "key"))).containsExactly(null, "2");
    redis.ping();

    assertThat(calls()).isEqualTo(Map.of("evalsha", 1, "get", 1, "mget", 1, "ping", 1));
    assertThat(telemetry.answered)
        .containsExactly(Operation.ROTATE, Operation.FIND, Operation.FIND, Operation.PING);
  }

  @Test
  void given_a_script_that_is_not_cached_then_its_source_is_sent_once() {
    JEDIS.scriptFlush("any");

    assertThat(increment(redis, "key")).isEqualTo(2);
    assertThat(increment(redis, "key")).isEqualTo(3);

    assertThat(calls()).isEqualTo(Map.of("eval", 1, "evalsha", 2));
    assertThat(telemetry.answered).containsExactly(Operation.ROTATE, Operation.ROTATE);
    assertThat(telemetry.failed).isEmpty();
  }

  /** A failing one does not keep back the others. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void given_many_runs_then_each_runs_once_in_one_or_two_round_trips(boolean isCached) {
    List<ScriptCall> runs =
        new ArrayList<>(IntStream.range(0, MANY).mapToObj(it -> run("key" + it)).toList());
    flushUnless(isCached);
    int before = reads();
    redis.runAll(INCREMENT, List.of());
    redis.runAll(INCREMENT, runs);
    // Those of this test, and what Redis may need to read a long text.
    assertThat(reads() - before).isLessThan(MANY / 2);
    assertThat(telemetry.answered).containsExactly(Operation.ROTATE);

    JEDIS.hset("hash", "field", "value");
    runs.add(0, run("hash"));
    flushUnless(isCached);
    assertThatThrownBy(() -> redis.runAll(INCREMENT, runs))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(telemetry.failed).singleElement().asString().contains("WRONGTYPE");
    assertThat(JEDIS.mget("key0", "key" + (MANY - 1))).containsExactly("2", "2");
  }

  private static void flushUnless(boolean isCached) {
    if (!isCached) {
      JEDIS.scriptFlush("any");
    }
  }

  private static ScriptCall run(String key) {
    return new ScriptCall(key, List.of());
  }
}
