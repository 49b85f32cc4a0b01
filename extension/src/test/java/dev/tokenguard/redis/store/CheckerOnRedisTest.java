package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unknown;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.testbed.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** The checker reads what Token Guard writes, as the ACL user that the documentation proposes. */
final class CheckerOnRedisTest {

  private static final Path DOCUMENTATION = Path.of("../docs/resource-servers.md");
  private static final long NOW = Instant.now().getEpochSecond();

  private static UnifiedJedis reader;

  @BeforeAll
  static void createUser() throws Exception {
    String command =
        Files.readString(DOCUMENTATION)
            .lines()
            .filter(line -> line.startsWith("ACL SETUSER api "))
            .findFirst()
            .orElseThrow();
    JEDIS.sendCommand(Protocol.Command.ACL, command.substring("ACL ".length()).split(" "));
    reader = connect("secret");
  }

  @AfterAll
  static void close() {
    reader.close();
  }

  private static UnifiedJedis connect(String password) {
    return RedisClient.builder()
        .hostAndPort(TestRedis.address())
        .clientConfig(
            DefaultJedisClientConfig.builder()
                .user("api")
                .password(password)
                .clientName("orders-api")
                .resp3()
                .build())
        .build();
  }

  private static Verdict check(Lookup lookup, String claim, String id) {
    return RevocationChecker.of(lookup, WhenUnavailable.REFUSE)
        .check(TokenClaims.of(Map.of(claim, id, "iat", NOW)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0b5b1e2c-6c0e-4b7a-8a3f-6f1f6b0f9d11", "f:1:Zoë {admin} 50%", "*"})
  void given_an_entry_of_each_scope_then_its_tokens_are_revoked(String id) {
    JEDIS.flushAll();
    try (Redis redis = TestRedis.open(new RecordedTelemetry())) {
      TestRedis.blacklist(redis)
          .addAll(
              List.of(
                  Entry.ofAccessToken(id, Reason.LOGOUT, NOW + 600),
                  Entry.ofSession(id, NOW, Reason.LOGOUT, NOW + 600),
                  Entry.ofUser(id, NOW + 1, NOW + 600)));
    }
    Lookup lookup = JedisLookup.of(reader);
    assertThat(check(lookup, "jti", id)).isEqualTo(new Revoked(Scope.TOKEN, "logout"));
    assertThat(check(lookup, "sid", id)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
    assertThat(check(lookup, "sub", id)).isEqualTo(new Revoked(Scope.USER, "" + (NOW + 1)));
    assertThat(check(lookup, "jti", "other")).isEqualTo(new Active());
  }

  @Test
  void given_the_documented_user_then_it_can_neither_write_nor_read_anything_else() {
    for (Runnable forbidden :
        List.<Runnable>of(
            () -> reader.set("tg:at:token", "x"),
            () -> reader.setex("tg:sub:user", 60, "x"),
            () -> reader.del("tg:sid:session"),
            () -> reader.expire("tg:at:token", 1),
            () -> reader.hgetAll("tg:u:{user}"),
            () -> reader.get("tg:u:{user}"),
            () -> reader.mget("tg:at:token"),
            () -> reader.get("other"),
            () -> reader.keys("*"),
            () -> reader.scan("0"),
            () -> reader.publish("channel", "x"),
            reader::flushAll)) {
      assertThatExceptionOfType(JedisAccessControlException.class).isThrownBy(forbidden::run);
    }
    assertThat(reader.ping()).isEqualTo("PONG");
  }

  @Test
  void given_redis_away_or_a_wrong_password_then_the_verdict_is_unknown() {
    try (RedisServer server = RedisServer.start();
        UnifiedJedis client = RedisClient.create("127.0.0.1", server.port());
        UnifiedJedis unauthenticated = connect("guess")) {
      assertThat(check(JedisLookup.of(unauthenticated), "jti", "token"))
          .isInstanceOf(Unknown.class);
      assertThat(check(JedisLookup.of(client), "jti", "token")).isEqualTo(new Active());
      server.stop();
      assertThat(check(JedisLookup.of(client), "jti", "token")).isInstanceOf(Unknown.class);
    }
  }
}
