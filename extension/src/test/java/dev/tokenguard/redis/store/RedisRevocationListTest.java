package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationListContract;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.TestClock;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

/** The blacklist on a real Redis keeps the promise. Entries expire by the clock of Redis. */
public final class RedisRevocationListTest extends RevocationListContract {

  private static Redis redis;

  @BeforeAll
  static void connect() {
    redis = TestRedis.open(new RecordedTelemetry());
  }

  @AfterAll
  static void close() {
    redis.close();
  }

  @Override
  protected RevocationList open(TestClock clock) {
    JEDIS.flushAll();
    return TestRedis.blacklist(redis);
  }

  @Override
  protected OptionalLong livesUntil(Entry entry) {
    return livesUntil(JEDIS, keyOf(entry));
  }

  /** A key without an expiry would live for ever; that is shown as the last second of all. */
  public static OptionalLong livesUntil(UnifiedJedis owner, String key) {
    long second = owner.expireTime(key);
    if (second == -2) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(second == -1 ? Long.MAX_VALUE : second);
  }

  /** As the documentation for resource servers writes the keys. */
  public static String keyOf(Entry entry) {
    return Map.of(
                RevocationScope.ACCESS_TOKEN, "tg:at:",
                RevocationScope.SESSION, "tg:sid:",
                RevocationScope.USER, "tg:sub:")
            .get(entry.scope())
        + entry.id();
  }

  @Test
  void given_the_latest_expiry_of_a_realm_then_its_key_lives_until_then() {
    long now = Instant.now().getEpochSecond();
    open(TestClock.started()).raiseLatestExpiry("realm", now + 2_000);
    assertThat(JEDIS.ttl("tg:exp:{realm}")).isBetween(1_990L, 2_000L);
  }
}
