package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** A Redis that is not reachable, does not answer, or answers with an error. */
final class RedisFailureTest extends ConnectionTest {

  private static final String PASSWORD = "correct-horse";
  private static final String OWNER = ":" + PASSWORD + "@";

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

  private Redis openAs(String credentials, String... others) {
    String url = "redis://" + credentials + "127.0.0.1:" + server.port();
    return open(Map.of("url", url, "read-timeout", "5000"), others);
  }

  private Redis openAndConnect(String... others) {
    Redis redis = openAs(OWNER, others);
    Await.until("a connection", PATIENCE, () -> answers(redis));
    return redis;
  }

  @Test
  void given_no_server_then_opening_succeeds_and_the_first_command_fails() {
    Redis redis = open(Map.of("url", "redis://127.0.0.1:" + LoopbackPort.free()));
    assertThat(telemetry.failed).isEmpty();
    assertFails(redis, Failure.CONNECTION);
  }

  /** The operating system accepts the connection; the command is not sent. */
  @Test
  void given_a_redis_that_hangs_when_a_connection_is_opened_then_it_fails_and_recovers() {
    Redis redis = openAs(OWNER, "read-timeout", "150");
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
      String url = "redis://127.0.0.1:" + silent.getLocalPort();
      assertFails(open(Map.of("url", url, "connect-timeout", "100")), Failure.CONNECTION);
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void given_an_open_connection_when_redis_hangs_then_the_command_times_out_without_another_one() {
    Redis redis = openAndConnect("read-timeout", "150");
    try (Jedis administrator = new Jedis("127.0.0.1", server.port())) {
      administrator.auth(PASSWORD);
      String before = connectionsReceived(administrator);
      server.pause();
      assertFails(redis, Failure.TIMEOUT);
      server.resume();
      // Redis accepts connections from before between its first and its second answer.
      administrator.ping();
      assertThat(connectionsReceived(administrator)).isEqualTo(before);
    }
  }

  private static String connectionsReceived(Jedis administrator) {
    return administrator
        .info("stats")
        .lines()
        .filter(line -> line.startsWith("total_connections_received:"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void given_many_idle_connections_when_redis_restarts_then_only_one_command_fails() {
    Redis redis = openAs(OWNER, "breaker-failures", "1000", "read-timeout", "10000");
    server.pause();
    List<Thread> threads = new ArrayList<>();
    for (int index = 0; index < 20; index++) {
      Thread thread = new Thread(() -> answers(redis));
      thread.start();
      threads.add(thread);
    }
    Await.until(
        "twenty connections",
        PATIENCE,
        () -> threads.stream().allMatch(RedisFailureTest::isReading));
    server.resume();
    threads.forEach(RedisFailureTest::join);
    telemetry.failed.clear();

    server.restart();

    assertThat(answers(redis)).isFalse();
    assertThat(answers(redis)).isTrue();
    assertThat(failures()).containsExactly(Failure.CONNECTION);
  }

  @Test
  void given_a_pool_without_an_idle_connection_then_a_command_waits_for_the_pool_timeout_only() {
    Redis redis =
        openAndConnect("max-pool-size", "1", "pool-timeout", "50", "read-timeout", "10000");
    server.pause();
    Thread other = new Thread(() -> answers(redis));
    other.start();
    Await.until("the only connection to be in use", PATIENCE, () -> isReading(other));
    assertFails(redis, Failure.CONNECTION);
    server.resume();
    join(other);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":wrong@", "nobody:" + PASSWORD + "@"})
  void given_wrong_credentials_then_the_command_is_rejected(String credentials) {
    assertFails(openAs(credentials), Failure.REJECTED);
  }

  @Test
  void given_a_key_of_another_type_then_the_log_has_the_error_of_redis() {
    Redis redis = openAndConnect();
    server.execute(jedis -> jedis.hset("key", "field", "value"));
    assertFails(redis, Failure.REJECTED, "WRONGTYPE");
    server.execute(Jedis::flushAll);
  }

  @Test
  void given_a_closed_pool_then_the_command_fails() {
    Redis redis = openAndConnect();
    redis.close();
    assertFails(redis, Failure.CONNECTION);
  }

  private static boolean isReading(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(
            frame ->
                frame.getMethodName().equals("socketRead0")
                    || frame.getClassName().contains("NioSocketImpl"));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
