package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is written is of a format that is frozen, and so is read by every later version. */
final class WrittenFormatTest {

  private static final String NEWEST = "format-1.txt";

  @Test
  void whenEverythingHappens_thenRedisHoldsWhatTheNewestFrozenFileSays() {
    Era.play();

    // If this fails, do not change that file: raise the version in record.lua, read both versions,
    // and freeze what is written now in a file of its own.
    assertThat(Snapshot.take(JEDIS)).isEqualTo(Snapshot.read(NEWEST));
  }
}
