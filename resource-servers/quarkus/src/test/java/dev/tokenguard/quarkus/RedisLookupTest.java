package dev.tokenguard.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.AsyncRevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.TcpProxy;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** The lookup with a real Redis, in the checker that uses it. */
final class RedisLookupTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Map<String, Object> CLAIMS =
      Map.of("jti", "token", "sid", "session", "sub", "user", "iat", 1_000);

  private static final Vertx VERTX = Vertx.vertx();
  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
    VERTX.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void given_no_entry_then_active_and_with_one_revoked() {
    AsyncRevocationChecker checker = checker("a:", redis.port());
    assertThat(check(checker)).isInstanceOf(Verdict.Active.class);

    redis.execute(commands -> commands.set("a:sub:user", "1001"));

    assertThat(check(checker)).isEqualTo(new Verdict.Revoked(Verdict.Scope.USER, "1001"));
  }

  /** WRONGTYPE is an error reply: MGET would return nil for it. */
  @Test
  void given_a_key_of_another_type_then_unknown_unless_another_key_revokes() {
    AsyncRevocationChecker checker = checker("b:", redis.port());
    redis.execute(commands -> commands.rpush("b:at:token", "1"));
    assertThat(check(checker)).isInstanceOf(Verdict.Unknown.class);

    redis.execute(commands -> commands.set("b:sid:session", "1000 logout"));

    assertThat(check(checker)).isEqualTo(new Verdict.Revoked(Verdict.Scope.SESSION, "logout"));
  }

  @Test
  void given_a_redis_that_does_not_reply_then_unknown_in_time_and_a_new_connection_works()
      throws IOException {
    try (TcpProxy network = new TcpProxy(redis.port())) {
      Redis client = Redis.createClient(VERTX, "redis://127.0.0.1:" + network.port());
      AsyncRevocationChecker checker = checker("c:", client, Duration.ofMillis(500));
      assertThat(check(checker)).isInstanceOf(Verdict.Active.class);

      network.swallowAll();
      List<CompletableFuture<Verdict>> many =
          Stream.generate(() -> checker.check(TokenClaims.of(CLAIMS)).toCompletableFuture())
              .limit(1_000)
              .toList();
      assertThat(many).allMatch(verdict -> verdict.join() instanceof Verdict.Unknown);

      network.heal();
      Await.until("a verdict", PATIENCE, () -> check(checker) instanceof Verdict.Active);
    }
  }

  @Test
  void given_connections_that_redis_closes_then_no_check_fails() {
    AsyncRevocationChecker checker = checker("f:", redis.port());
    for (int round = 0; round < 20; round++) {
      assertThat(check(checker)).isInstanceOf(Verdict.Active.class);
      List<CompletableFuture<Verdict>> many =
          Stream.generate(() -> checker.check(TokenClaims.of(CLAIMS)).toCompletableFuture())
              .limit(200)
              .toList();
      redis.execute(
          commands ->
              commands.clientKill(ClientKillParams.clientKillParams().type(ClientType.NORMAL)));
      assertThat(many).allMatch(verdict -> verdict.join() instanceof Verdict.Active);
    }
  }

  /** Vert.x reports it like an error reply of Redis. */
  @Test
  void given_commands_without_a_reply_when_the_connection_is_closed_then_they_are_sent_again()
      throws IOException {
    try (TcpProxy network = new TcpProxy(redis.port())) {
      Redis client = Redis.createClient(VERTX, "redis://127.0.0.1:" + network.port());
      AsyncRevocationChecker checker = checker("g:", client);
      assertThat(check(checker)).isInstanceOf(Verdict.Active.class);
      network.swallowAll();
      CompletableFuture<Verdict> verdict =
          checker.check(TokenClaims.of(CLAIMS)).toCompletableFuture();
      Await.until("the commands", PATIENCE, () -> network.swallowed() > 0);

      network.closeConnections();

      assertThat(verdict.join()).isInstanceOf(Verdict.Active.class);
    }
  }

  /** The failure of Vert.x is neither an exception nor an error then. */
  @Test
  void given_a_redis_that_refuses_the_connection_then_unknown() {
    String wrongUser = "redis://nobody:wrong@127.0.0.1:" + redis.port();

    AsyncRevocationChecker checker = checker("h:", Redis.createClient(VERTX, wrongUser));

    assertThat(check(checker)).isInstanceOf(Verdict.Unknown.class);
  }

  /** Quarkus creates the client when it is used first. */
  @Test
  void given_a_connector_that_throws_then_unknown_and_the_next_check_connects() {
    Redis client = Redis.createClient(VERTX, "redis://127.0.0.1:" + redis.port());
    AtomicBoolean isBroken = new AtomicBoolean(true);
    RedisLookup lookup =
        new RedisLookup(
            () -> {
              if (isBroken.get()) {
                throw new IllegalStateException("a defect");
              }
              return client.connect();
            },
            PATIENCE);
    AsyncRevocationChecker checker =
        AsyncRevocationChecker.of(lookup, WhenUnavailable.REFUSE).withPrefix("i:");

    assertThat(check(checker))
        .isInstanceOfSatisfying(
            Verdict.Unknown.class,
            unknown -> assertThat(unknown.failure()).hasMessageContaining("a defect"));
    isBroken.set(false);

    assertThat(check(checker)).isInstanceOf(Verdict.Active.class);
  }

  /** The user of docs/resource-servers.md. */
  @Test
  void given_a_user_that_can_read_only_then_the_keys_are_read() {
    String[] rights = {
      "reset",
      "on",
      ">secret",
      "-@all",
      "+get",
      "+ping",
      "+hello",
      "+client|setname",
      "+client|tracking",
      "%R~e:at:*",
      "%R~e:sid:*",
      "%R~e:sub:*"
    };
    redis.execute(commands -> commands.aclSetUser("api", rights));
    redis.execute(commands -> commands.set("e:at:token", "logout"));

    AsyncRevocationChecker checker =
        checker("e:", Redis.createClient(VERTX, "redis://api:secret@127.0.0.1:" + redis.port()));

    assertThat(check(checker)).isEqualTo(new Verdict.Revoked(Verdict.Scope.TOKEN, "logout"));
  }

  @Test
  void given_a_cluster_then_the_keys_are_read_from_their_nodes() {
    try (ClusterServers cluster = ClusterServers.start()) {
      Redis client =
          Redis.createClient(
              VERTX,
              new RedisOptions()
                  .setType(RedisClientType.CLUSTER)
                  .setPassword(ClusterServers.PASSWORD)
                  .setEndpoints(List.of("redis://127.0.0.1:" + cluster.masters().get(0).port())));
      AsyncRevocationChecker checker = checker("d:", client);
      assertThat(check(checker)).isInstanceOf(Verdict.Active.class);

      cluster
          .masterOf("d:sid:session")
          .execute(commands -> commands.set("d:sid:session", "1000 logout"));

      assertThat(check(checker)).isEqualTo(new Verdict.Revoked(Verdict.Scope.SESSION, "logout"));
      client.close();
    }
  }

  private static Verdict check(AsyncRevocationChecker checker) {
    return checker.check(TokenClaims.of(CLAIMS)).toCompletableFuture().join();
  }

  private static AsyncRevocationChecker checker(String prefix, int port) {
    return checker(prefix, Redis.createClient(VERTX, "redis://127.0.0.1:" + port));
  }

  private static AsyncRevocationChecker checker(String prefix, Redis client) {
    return checker(prefix, client, PATIENCE);
  }

  private static AsyncRevocationChecker checker(String prefix, Redis client, Duration timeout) {
    RedisLookup lookup = new RedisLookup(client::connect, timeout);
    return AsyncRevocationChecker.of(lookup, WhenUnavailable.REFUSE).withPrefix(prefix);
  }
}
