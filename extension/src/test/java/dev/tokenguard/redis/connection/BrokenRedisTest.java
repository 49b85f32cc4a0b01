package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A Redis that is away, frozen, closed to us or holds something else. */
public final class BrokenRedisTest {

  private static final String PASSWORD = "correct-horse";

  /** All time-outs together, and what a busy machine adds. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static RedisServer server;

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final RecordedTelemetry telemetry = new RecordedTelemetry();
  private Optional<Redis> opened = Optional.empty();

  @BeforeAll
  static void start() {
    server = RedisServer.start("--requirepass", PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void close() {
    opened.ifPresent(Redis::close);
  }

  private FamilyStore open(String url, String... settings) {
    Map<String, String> given = new HashMap<>(Map.of("url", url, "read-timeout", "5000"));
    for (int index = 0; index < settings.length; index += 2) {
      given.put(settings[index], settings[index + 1]);
    }
    opened = Optional.of(Redis.open(RedisSettings.parse(given::get).orElseThrow(), telemetry));
    return TestRedis.store(opened.get());
  }

  private FamilyStore openShared() {
    TestRedis.JEDIS.flushAll();
    opened = Optional.of(TestRedis.open(telemetry));
    return TestRedis.store(opened.get());
  }

  private String url(String credentials) {
    return "redis://" + credentials + "127.0.0.1:" + server.port();
  }

  private RefreshDecision rotate(FamilyStore store) {
    return store.rotate(login.refresh(0, clock), Policies.DEFAULT, it -> false);
  }

  private void assertFails(FamilyStore store, Failure failure) {
    int before = telemetry.failed.size();
    long begin = System.nanoTime();
    assertThatThrownBy(() -> rotate(store))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage("Redis did not answer as it should");
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    TestLength.assertTime(() -> assertThat(took).as("a failure").isLessThan(PATIENCE));
    assertThat(telemetry.failed).hasSize(before + 1);
    RecordedTelemetry.Failed told = telemetry.failed.get(before);
    assertThat(told.operation()).isEqualTo(Operation.ROTATE);
    assertThat(told.failure()).isEqualTo(failure);
    assertThat(told.message()).isNotBlank().doesNotContain(PASSWORD, login.family());
    assertThat(telemetry.answered).isEmpty();
  }

  @Test
  void givenNobodyListens_whenItIsOpened_thenOnlyTheFirstCommandFails() {
    FamilyStore store = open("redis://127.0.0.1:" + LoopbackPort.free());
    assertThat(telemetry.failed).isEmpty();
    assertFails(store, Failure.CONNECTION);
  }

  @Test
  void givenNobodyListens_whenAnyMethodIsCalled_thenEachTellsItsOwnOperation() {
    FamilyStore store = open("redis://127.0.0.1:" + LoopbackPort.free());
    Revocation revocation = Revocations.ofFamily(login.user(), login.family(), 1);
    assertThatThrownBy(() -> store.begin(login.begin(clock), Policies.DEFAULT))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.revoke(revocation))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.find(login.user()))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> opened.get().ping()).isInstanceOf(StoreUnavailableException.class);
    assertThat(telemetry.failed)
        .extracting(RecordedTelemetry.Failed::operation)
        .containsExactly(Operation.BEGIN, Operation.REVOKE, Operation.FIND, Operation.PING);
  }

  @Test
  void givenAFrozenRedis_whenAConnectionIsOpened_thenThatFailsAndWorksAgainLater() {
    FamilyStore store = open(url(":" + PASSWORD + "@"), "read-timeout", "150");
    server.pause();
    try {
      // The system accepts it for Redis, which does not say hello; the command was not sent.
      assertFails(store, Failure.CONNECTION);
    } finally {
      server.resume();
    }
    Await.until("Redis to answer again", PATIENCE, () -> answers(store));
  }

  private boolean answers(FamilyStore store) {
    try {
      return rotate(store).issued().isPresent();
    } catch (StoreUnavailableException notYet) {
      return false;
    }
  }

  /** The backlog of a socket that accepts nothing is soon full: the system does not answer then. */
  @Test
  void givenNobodyAccepts_whenTheStoreIsAsked_thenTheCommandWasNotSent() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    List<Socket> crowd = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 1, loopback)) {
      for (int index = 0; index < 5; index++) {
        Socket socket = new Socket();
        crowd.add(socket);
        try {
          socket.connect(silent.getLocalSocketAddress(), 50);
        } catch (SocketTimeoutException full) {
          break;
        }
      }
      FamilyStore store =
          open("redis://127.0.0.1:" + silent.getLocalPort(), "connect-timeout", "100");
      assertFails(store, Failure.CONNECTION);
    } finally {
      for (Socket socket : crowd) {
        socket.close();
      }
    }
  }

  @Test
  void givenAnOpenConnection_whenRedisFreezes_thenTheNextCommandTimesOut() {
    FamilyStore store = open(url(":" + PASSWORD + "@"), "read-timeout", "150");
    Await.until("a connection", PATIENCE, () -> answers(store));
    telemetry.answered.clear();
    server.pause();
    try {
      assertFails(store, Failure.TIMEOUT);
    } finally {
      server.resume();
    }
  }

  @Test
  void givenAnOpenConnection_whenRedisFreezes_thenNobodyWaitsForAnotherOneAsWell() {
    FamilyStore store = open(url(":" + PASSWORD + "@"), "read-timeout", "150");
    Await.until("a connection", PATIENCE, () -> answers(store));
    telemetry.answered.clear();
    try (Jedis administrator = new Jedis("127.0.0.1", server.port())) {
      administrator.auth(PASSWORD);
      String before = connectionsReceived(administrator);
      server.pause();
      try {
        assertFails(store, Failure.TIMEOUT);
      } finally {
        server.resume();
      }
      // What came while it was frozen it receives before its second answer.
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
  void givenRedisIsStartedAgain_whenTheStoreIsAskedRepeatedly_thenItRecovers() {
    FamilyStore store = open(url(":" + PASSWORD + "@"));
    rotate(store);
    telemetry.answered.clear();
    server.stop();
    assertFails(store, Failure.CONNECTION);
    server.restart();
    // The state is lost, so the family begins anew.
    assertThat(rotate(store)).isInstanceOf(Rotated.class);
  }

  @Test
  void givenAllConnectionsAreInUse_whenTheStoreIsAsked_thenItDoesNotWaitForLong() throws Exception {
    FamilyStore store = open(url(":" + PASSWORD + "@"), "max-pool-size", "1", "pool-timeout", "50");
    rotate(store);
    telemetry.answered.clear();
    server.pause();
    Thread waiting = new Thread(() -> store.find(login.user()));
    try {
      waiting.start();
      Await.until("the only connection to be in use", PATIENCE, () -> isBusy(waiting));
      assertFails(store, Failure.CONNECTION);
    } finally {
      server.resume();
      waiting.join();
    }
  }

  public static boolean isBusy(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(
            frame ->
                frame.getMethodName().equals("socketRead0")
                    || frame.getClassName().contains("NioSocketImpl"));
  }

  @Test
  void givenAWrongPassword_whenTheStoreIsAsked_thenItIsRejectedAndNotRepeated() {
    assertFails(open(url(":wrong-" + PASSWORD.length() + "@")), Failure.REJECTED);
  }

  @Test
  void givenNoPassword_whenTheStoreIsAsked_thenItIsRejected() {
    assertFails(open(url("")), Failure.REJECTED);
  }

  @Test
  void givenUserPasswordAndDatabase_whenTheStoreIsAsked_thenItIsAnswered() {
    FamilyStore store = open(url("default:" + PASSWORD + "@") + "/3", "client-name", "node-7");
    assertThat(rotate(store)).isInstanceOf(Rotated.class);
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void givenAKeyOfAnotherType_whenTheStoreIsAsked_thenItIsRejectedInRedisOwnWords() {
    FamilyStore store = openShared();
    TestRedis.JEDIS.set(new RedisKeys(TestRedis.PREFIX).user(login.user()), "mine");
    assertFails(store, Failure.REJECTED);
    assertThat(telemetry.failed.get(0).message()).startsWith("WRONGTYPE");
  }

  @Test
  void givenARecordOfANewerVersion_whenTheStoreIsAsked_thenItIsRejected() {
    RedisKeys keys = new RedisKeys(TestRedis.PREFIX);
    FamilyStore store = openShared();
    TestRedis.JEDIS.hset(
        keys.user(login.user()), RedisKeys.lineage(keys.compact(login.family())), "2,what,ever");
    assertFails(store, Failure.REJECTED);
    assertThat(telemetry.failed.get(0).message()).startsWith("FORMAT");
  }

  @Test
  void givenItWasClosed_whenTheStoreIsAsked_thenTheConnectionFails() {
    FamilyStore store = open(url(":" + PASSWORD + "@"));
    opened.get().close();
    assertFails(store, Failure.CONNECTION);
  }
}
