package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.LatestExpiries;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The latest expiry only grows, and its key vanishes with it. */
final class RedisLatestExpiriesTest {

  private static final String KEY = "tg:exp:{realm}";

  private final long now = Instant.now().getEpochSecond();
  private Redis redis;
  private LatestExpiries expiries;

  @BeforeEach
  void open() {
    JEDIS.flushAll();
    redis = TestRedis.open(new RecordedTelemetry());
    expiries = new RedisLatestExpiries(redis, new RedisKeys("tg:"));
  }

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void whenNoneIsKnown_thenItIsZero() {
    assertThat(expiries.latest("realm")).isZero();
  }

  @Test
  void whenALaterOneComes_thenItIsTheLatestAndKeptUntilThen() {
    assertThat(expiries.raise("realm", now + 1_000)).isEqualTo(now + 1_000);
    assertThat(expiries.raise("realm", now + 2_000)).isEqualTo(now + 2_000);
    assertThat(expiries.latest("realm")).isEqualTo(now + 2_000);
    assertThat(JEDIS.ttl(KEY)).isBetween(1_990L, 2_000L);
  }

  @Test
  void whenAnEarlierOneComes_thenNothingChanges() {
    expiries.raise("realm", now + 2_000);
    assertThat(expiries.raise("realm", now + 1_000)).isEqualTo(now + 2_000);
    assertThat(expiries.raise("realm", now - 1)).isEqualTo(now + 2_000);
    assertThat(expiries.latest("another")).isZero();
  }
}
