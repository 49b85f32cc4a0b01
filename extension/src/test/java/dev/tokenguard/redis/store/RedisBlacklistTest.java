package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Blacklist;
import dev.tokenguard.revocation.BlacklistContract;
import dev.tokenguard.revocation.BlacklistEntry;
import dev.tokenguard.revocation.BlacklistEntry.OfAccessToken;
import dev.tokenguard.revocation.BlacklistEntry.OfSession;
import dev.tokenguard.revocation.BlacklistEntry.OfUser;
import dev.tokenguard.rotation.TestClock;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.UnifiedJedis;

/** The blacklist on a real Redis keeps the promise. Entries expire by the clock of Redis. */
public final class RedisBlacklistTest extends BlacklistContract {

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
  protected Blacklist open(TestClock clock) {
    JEDIS.flushAll();
    return TestRedis.blacklist(redis);
  }

  @Override
  protected OptionalLong livesUntil(BlacklistEntry entry) {
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
  public static String keyOf(BlacklistEntry entry) {
    if (entry instanceof OfAccessToken token) {
      return "tg:at:" + token.id();
    }
    if (entry instanceof OfSession session) {
      return "tg:sid:" + session.id();
    }
    return "tg:sub:" + ((OfUser) entry).userId();
  }
}
