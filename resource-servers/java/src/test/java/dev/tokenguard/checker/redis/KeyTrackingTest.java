package dev.tokenguard.checker.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.cache.KeyTracking;
import dev.tokenguard.checker.cache.NearCache;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.checker.jedis.JedisTracking;
import dev.tokenguard.checker.lettuce.LettuceLookup;
import dev.tokenguard.checker.lettuce.LettuceTracking;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.TcpProxy;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/**
 * Redis invalidates the cache, as the ACL user that the documentation proposes. The time-to-live is
 * an hour, so nothing else does.
 */
final class KeyTrackingTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration FOR_EVER = Duration.ofHours(1);
  private static final AtomicInteger IDS = new AtomicInteger();

  private static RedisServer server;
  private static redis.clients.jedis.RedisClient jedis;
  private static RedisClient lettuce;
  private static Logger logger;

  private final TcpProxy network = new TcpProxy(server.port());
  private final NearCache cache = NearCache.of(FOR_EVER, 1_000);
  private final RevocationChecker checker =
      RevocationChecker.of(JedisLookup.of(jedis), WhenUnavailable.REFUSE).withCache(cache);
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          log.add(entry.getLevel() + " " + entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private enum Client {
    JEDIS {
      @Override
      KeyTracking track(int port, NearCache cache) {
        return JedisTracking.start(() -> new HostAndPort("127.0.0.1", port), asApi(), "tg:", cache);
      }
    },
    LETTUCE {
      @Override
      KeyTracking track(int port, NearCache cache) {
        RedisURI uri =
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withAuthentication("api", "secret".toCharArray())
                .build();
        return LettuceTracking.start(lettuce, uri, "tg:", cache);
      }
    };

    abstract KeyTracking track(int port, NearCache cache);
  }

  private static DefaultJedisClientConfig asApi() {
    return DefaultJedisClientConfig.builder()
        .user("api")
        .password("secret")
        .connectionTimeoutMillis((int) TIMEOUT.toMillis())
        .socketTimeoutMillis((int) TIMEOUT.toMillis())
        .build();
  }

  @BeforeAll
  static void start() throws Exception {
    server = RedisServer.start();
    DocumentedUser.create(server, "");
    jedis =
        redis.clients.jedis.RedisClient.builder()
            .hostAndPort("127.0.0.1", server.port())
            .clientConfig(asApi())
            .build();
    lettuce = RedisClient.create();
    lettuce.setOptions(LettuceLookup.options(TIMEOUT));
    logger = Logger.getLogger(KeyTracking.class.getName());
    logger.setUseParentHandlers(false);
  }

  private static void acl(String arguments) {
    server.execute(it -> it.sendCommand(Protocol.Command.ACL, arguments.split(" ")));
  }

  @AfterAll
  static void stop() {
    jedis.close();
    lettuce.shutdown();
    server.close();
  }

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
  }

  @AfterEach
  void close() throws Exception {
    logger.removeHandler(handler);
    network.close();
  }

  private void withTracking(Client client, Consumer<KeyTracking> test) {
    try (KeyTracking tracking = client.track(network.port(), cache)) {
      test.accept(tracking);
    }
  }

  private static void awaitActive(KeyTracking tracking) {
    Await.until("tracking", PATIENCE, tracking::isActive);
  }

  private static TokenClaims newToken() {
    int id = IDS.incrementAndGet();
    return TokenClaims.of(
        Map.of("jti", "t" + id, "sid", "s" + id, "sub", "u:Zoë " + id, "iat", 17, "exp", FAR));
  }

  private static final long FAR = 4_000_000_000L;

  private void awaitRevoked(TokenClaims token) {
    Await.until("the invalidation", PATIENCE, () -> checker.check(token) instanceof Revoked);
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void given_tracking_then_a_change_of_each_key_reaches_the_cache(Client client) {
    withTracking(
        client,
        tracking -> {
          awaitActive(tracking);
          for (String scope : List.of("at", "sid", "sub")) {
            TokenClaims token = newToken();
            TokenClaims other = newToken();
            assertThat(checker.check(token)).isEqualTo(new Active());
            checker.check(other);
            long misses = cache.statistics().misses();
            assertThat(checker.check(token)).isEqualTo(new Active());
            assertThat(cache.statistics().misses()).isEqualTo(misses);

            String id =
                (scope.equals("at")
                        ? token.tokenId()
                        : scope.equals("sid") ? token.sessionId() : token.subject())
                    .get();
            server.execute(it -> it.set("tg:" + scope + ":" + id, "18 logout"));
            awaitRevoked(token);
            misses = cache.statistics().misses();
            checker.check(other);
            assertThat(cache.statistics().misses()).as("only that key").isEqualTo(misses);
          }
          assertThat(log).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void given_a_flushed_database_then_all_values_are_read_again(Client client) {
    withTracking(
        client,
        tracking -> {
          awaitActive(tracking);
          TokenClaims token = newToken();
          checker.check(token);
          server.execute(Jedis::flushAll);
          long misses = cache.statistics().misses();
          Await.until(
              "the invalidation",
              PATIENCE,
              () -> {
                Verdict verdict = checker.check(token);
                return verdict.isAccepted() && cache.statistics().misses() > misses;
              });
        });
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void given_a_lost_connection_then_values_are_read_again_and_tracking_returns(Client client) {
    withTracking(
        client,
        tracking -> {
          awaitActive(tracking);
          TokenClaims revokedMeanwhile = newToken();
          assertThat(checker.check(revokedMeanwhile)).isEqualTo(new Active());

          network.reset();
          Await.until("the loss", PATIENCE, () -> !tracking.isActive());
          server.execute(it -> it.set("tg:at:" + revokedMeanwhile.tokenId().get(), "x"));
          assertThat(checker.check(revokedMeanwhile)).isInstanceOf(Revoked.class);
          Await.until("the line in the log", PATIENCE, () -> !log.isEmpty());

          network.heal();
          awaitActive(tracking);
          TokenClaims token = newToken();
          checker.check(token);
          server.execute(it -> it.set("tg:at:" + token.tokenId().get(), "x"));
          awaitRevoked(token);
          awaitRecoveryInLog();
          assertThat(log.get(0)).startsWith("WARNING").contains("time-to-live");
          assertThat(log.get(1)).startsWith("INFO");
        });
  }

  /** For example a firewall that has removed the connection from its table. */
  @ParameterizedTest
  @EnumSource(Client.class)
  void given_a_connection_without_replies_then_it_counts_as_lost(Client client) {
    withTracking(
        client,
        tracking -> {
          awaitActive(tracking);
          network.swallowAll();
          Await.until("the loss", PATIENCE, () -> !tracking.isActive());
          network.heal();
          awaitActive(tracking);
        });
  }

  @ParameterizedTest
  @EnumSource(Client.class)
  void given_a_user_without_the_right_then_one_line_in_the_log_until_it_is_granted(Client client) {
    acl("SETUSER api -client|tracking");
    try {
      withTracking(
          client,
          tracking -> {
            Await.until("the line in the log", PATIENCE, () -> !log.isEmpty());
            TokenClaims token = newToken();
            assertThat(checker.check(token)).isEqualTo(new Active());
            assertThat(checker.check(token)).isEqualTo(new Active());
            assertThat(tracking.isActive()).isFalse();

            acl("SETUSER api +client|tracking");
            awaitActive(tracking);
            awaitRecoveryInLog();
            assertThat(log.get(0)).contains("+client|tracking", "NOPERM");
          });
    } finally {
      acl("SETUSER api +client|tracking");
    }
  }

  /** It is logged just after the tracking is active again. */
  private void awaitRecoveryInLog() {
    Await.until("the second line in the log", PATIENCE, () -> log.size() > 1);
    assertThat(log).hasSize(2);
  }

  /**
   * Each change of the key is followed by a read in one of the threads. If a value that was read
   * before a change was kept after it, the last change would stay unnoticed for an hour.
   */
  @ParameterizedTest
  @EnumSource(Client.class)
  void given_changes_during_reads_then_no_earlier_value_is_kept(Client client) throws Exception {
    try (KeyTracking tracking = client.track(network.port(), cache)) {
      awaitActive(tracking);
      TokenClaims[] tokens =
          Stream.generate(KeyTrackingTest::newToken).limit(8).toArray(TokenClaims[]::new);
      AtomicBoolean isStopped = new AtomicBoolean();
      ExecutorService readers = Executors.newFixedThreadPool(3);
      try {
        for (int reader = 0; reader < 3; reader++) {
          readers.execute(
              () -> {
                while (!isStopped.get()) {
                  Stream.of(tokens).forEach(checker::check);
                }
              });
        }
        for (int change = 0; change < 400; change++) {
          // Earlier than the tokens, except for the last.
          String value = change < 392 ? "1 logout" : "18 logout";
          String key = "tg:sid:" + tokens[change % tokens.length].sessionId().get();
          server.execute(it -> it.set(key, value));
        }
        for (TokenClaims token : tokens) {
          awaitRevoked(token);
        }
      } finally {
        isStopped.set(true);
        readers.shutdown();
        assertThat(readers.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    }
  }
}
