package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.redis.RedisServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** A Redis that is not reachable, does not answer, or answers with an error. */
final class RedisFailureTest extends ConnectionTest {

  private static final String PASSWORD = "correct-horse";
  private static final String OWNER = ":" + PASSWORD + "@";
  private static final int FAILURES = 3;

  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.start("--requirepass", PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void resume() {
    server.resume();
    assertThat(telemetry.failed).asString().doesNotContain(PASSWORD);
  }

  private Redis openAs(String credentials, String others) {
    String url = "url=redis://" + credentials + "127.0.0.1:" + server.port();
    return open("read-timeout=5000", url, others);
  }

  private Redis openAndConnect(String others) {
    Redis redis = openAs(OWNER, others);
    Await.until("a connection", PATIENCE, () -> answers(redis));
    return redis;
  }

  /** The operating system accepts the connection; the command is not sent. */
  @Test
  void given_a_redis_that_hangs_when_a_connection_is_opened_then_it_fails_and_recovers() {
    Redis redis = openAs(OWNER, "read-timeout=150");
    server.pause();
    assertFails(redis, Failure.CONNECTION);
    server.resume();
    Await.until("Redis to answer again", PATIENCE, () -> answers(redis));
  }

  /** With a full backlog the operating system does not answer, either. */
  @Test
  void given_a_server_that_accepts_no_connection_then_the_command_was_not_sent() throws Exception {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int index = 0; index < 5; index++) {
        Socket socket = new Socket();
        waiting.add(socket);
        try {
          socket.connect(silent.getLocalSocketAddress(), 50);
        } catch (SocketTimeoutException full) {
          break;
        }
      }
      String url = "url=redis://127.0.0.1:" + silent.getLocalPort();
      assertFails(open(url, "connect-timeout=100"), Failure.CONNECTION);
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void given_an_open_connection_when_redis_hangs_then_the_command_times_out_without_another_one() {
    Redis redis = openAndConnect("read-timeout=150");
    try (Jedis administrator = new Jedis("127.0.0.1", server.port())) {
      administrator.auth(PASSWORD);
      List<String> before = connectionsReceived(administrator);
      server.pause();
      assertFails(redis, Failure.TIMEOUT);
      server.resume();
      // Redis accepts connections from before between its first and its second answer.
      administrator.ping();
      assertThat(connectionsReceived(administrator)).isNotEmpty().isEqualTo(before);
    }
  }

  private static List<String> connectionsReceived(Jedis administrator) {
    return administrator.info("stats").lines().filter(it -> it.startsWith("total_conn")).toList();
  }

  /** Begins commands while Redis hangs, and returns once each of them awaits its reply. */
  private static List<Thread> awaitingReplies(Redis redis, int count) {
    server.pause();
    List<Thread> threads =
        Stream.generate(() -> new Thread(() -> answers(redis))).limit(count).toList();
    threads.forEach(Thread::start);
    Await.until(
        "connections in use",
        PATIENCE,
        () ->
            threads.stream()
                .map(thread -> Arrays.toString(thread.getStackTrace()))
                .allMatch(it -> it.contains("socketRead0") || it.contains("NioSocketImpl")));
    return threads;
  }

  @Test
  void given_many_idle_connections_when_redis_restarts_then_only_one_command_fails()
      throws Exception {
    Redis redis = openAs(OWNER, "breaker-failures=1000 read-timeout=10000");
    List<Thread> threads = awaitingReplies(redis, 20);
    server.resume();
    for (Thread thread : threads) {
      thread.join();
    }
    telemetry.failed.clear();

    server.restart();

    assertThat(answers(redis)).isFalse();
    assertThat(answers(redis)).isTrue();
    assertThat(failures()).containsExactly(Failure.CONNECTION);
  }

  @Test
  void given_a_pool_without_an_idle_connection_or_a_closed_one_then_the_command_fails_soon()
      throws Exception {
    Redis redis = openAndConnect("max-pool-size=1 pool-timeout=50 read-timeout=10000");
    List<Thread> threads = awaitingReplies(redis, 1);
    assertFails(redis, Failure.CONNECTION);
    server.resume();
    threads.get(0).join();
    redis.close();
    assertFails(redis, Failure.CONNECTION);
  }

  /** Keycloak interrupts its background threads when it stops; that is no failure of Redis. */
  @Test
  void given_an_interrupted_thread_that_needs_a_connection_then_it_stays_interrupted()
      throws Exception {
    Redis redis = openAndConnect("max-pool-size=1 pool-timeout=10000 read-timeout=10000");
    List<Thread> threads = awaitingReplies(redis, 1);
    telemetry.failed.clear();

    Thread.currentThread().interrupt();

    assertThat(answers(redis)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(telemetry.failed).isEmpty();
    server.resume();
    threads.get(0).join();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":wrong@", "nobody:" + PASSWORD + "@"})
  void given_wrong_credentials_then_commands_are_rejected_and_the_breaker_opens(
      String credentials) {
    Redis redis = openAs(credentials, "breaker-failures=2");
    assertFails(redis, Failure.REJECTED);
    fail(redis, 2);
    assertThat(failures()).endsWith(Failure.REJECTED, Failure.NOT_PERMITTED);
  }

  private Redis openBreaker(int waitDuration) {
    String breaker = " breaker-failures=" + FAILURES + " breaker-wait-duration=" + waitDuration;
    Redis redis = openAs(OWNER, "read-timeout=150" + breaker);
    server.pause();
    fail(redis, FAILURES);
    assertThat(redis.breakerState()).isEqualTo(BreakerState.OPEN);
    return redis;
  }

  private static void fail(Redis redis, int times) {
    for (int count = 0; count < times; count++) {
      assertThat(answers(redis)).isFalse();
    }
  }

  @Test
  void given_an_open_breaker_then_commands_fail_at_once_and_are_not_sent() {
    Redis redis = openBreaker(60_000);

    long begin = System.nanoTime();
    fail(redis, 1000);

    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    TestLength.assertTime(() -> assertThat(took).isLessThan(Duration.ofSeconds(1)));
    assertThat(failures().subList(0, FAILURES)).doesNotContain(Failure.NOT_PERMITTED);
    assertThat(failures().subList(FAILURES, FAILURES + 1000)).containsOnly(Failure.NOT_PERMITTED);
    assertThat(telemetry.entered).containsExactly(BreakerState.OPEN);
  }

  @Test
  void given_an_open_breaker_then_single_commands_are_sent_until_one_is_answered() {
    Redis redis = openBreaker(100);
    Await.until(
        "a command that is sent", PATIENCE, () -> !answers(redis) && telemetry.entered.size() >= 3);
    server.resume();

    Await.until("Redis to answer", PATIENCE, () -> answers(redis));

    assertThat(redis.breakerState()).isEqualTo(BreakerState.CLOSED);
    assertThat(telemetry.entered)
        .startsWith(BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.OPEN)
        .endsWith(BreakerState.HALF_OPEN, BreakerState.CLOSED)
        .containsOnlyOnce(BreakerState.CLOSED);
  }

  /** Otherwise the half-open breaker would wait for its outcome without a limit. */
  @Test
  void given_a_half_open_breaker_when_the_caller_has_a_defect_then_another_command_is_sent() {
    Redis redis = openBreaker(10);
    server.resume();

    Await.until("a command that is sent", PATIENCE, () -> isSentWithDefect(redis));

    Await.until("Redis to answer", PATIENCE, () -> answers(redis));
  }

  @Test
  void given_a_half_open_breaker_when_the_thread_is_interrupted_then_another_command_is_sent() {
    Redis redis = openBreaker(10);
    server.resume();

    Await.until("a command that is sent", PATIENCE, () -> isSentAndInterrupted(redis));

    assertThat(redis.breakerState()).isEqualTo(BreakerState.HALF_OPEN);
    Await.until("Redis to answer", PATIENCE, () -> answers(redis));
  }

  /** As the pool of Jedis reports the interruption of a thread that waits for a connection. */
  private static boolean isSentAndInterrupted(Redis redis) {
    AtomicBoolean isSent = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                redis.run(
                    INCREMENT,
                    "number",
                    List.of(),
                    reply -> {
                      isSent.set(true);
                      throw new JedisException("no connection", new InterruptedException());
                    }))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(Thread.interrupted()).isEqualTo(isSent.get());
    return isSent.get();
  }

  private static boolean isSentWithDefect(Redis redis) {
    try {
      redis.run(INCREMENT, "number", List.of(), String.class::cast);
    } catch (ClassCastException defect) {
      return true;
    } catch (StoreUnavailableException notSent) {
      return false;
    }
    throw new AssertionError("the reply was a string");
  }

  @Test
  void given_failures_that_are_not_in_a_row_then_the_breaker_stays_closed() {
    // More than a busy machine adds, and in all more than the breaker needs to open.
    int failures = 5 * FAILURES;
    Redis redis = openAs(OWNER, "read-timeout=150 breaker-failures=" + failures);
    for (int round = 0; round < failures; round++) {
      server.pause();
      fail(redis, 2);
      server.resume();
      Await.until("an answer", PATIENCE, () -> answers(redis));
    }
    assertThat(telemetry.entered).isEmpty();
  }

  @Test
  void given_errors_about_one_key_and_replies_that_are_not_understood_then_it_stays_closed() {
    Redis redis = openAs(OWNER, "breaker-failures=" + FAILURES);
    server.execute(Jedis::flushAll);
    server.execute(jedis -> jedis.hset("key", "field", "value"));
    for (int count = 0; count < 2 * FAILURES; count++) {
      assertFails(redis, Failure.REJECTED, "WRONGTYPE");
      assertThatThrownBy(
              () ->
                  redis.run(
                      INCREMENT,
                      "number",
                      List.of(),
                      reply -> {
                        throw new StoreUnavailableException("not understood", null);
                      }))
          .hasMessage("not understood");
      assertThat(failures()).containsOnly(Failure.REJECTED).hasSize(2);
    }
    assertThatThrownBy(() -> redis.value(Operation.FIND, "key"))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(telemetry.answered).isEmpty();
    assertThat(telemetry.entered).isEmpty();
    server.execute(Jedis::flushAll);
  }

  private static FailureClassifier classified(String code) {
    return FailureClassifier.of(new JedisDataException(code + " and a reason"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS"})
  void given_an_error_that_answers_any_command_then_it_affects_all(String code) {
    assertThat(classified(code)).isEqualTo(new FailureClassifier(Failure.REJECTED, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"WRONGTYPE", "READONLY", "OOM", "MISCONF", "NOREPLICAS", "NOPERM", "FORMAT", ""})
  void given_an_error_that_answers_one_command_or_writes_then_it_does_not_affect_all(String code) {
    assertThat(classified(code)).isEqualTo(new FailureClassifier(Failure.REJECTED, false));
  }
}
