package dev.tokenguard.redis.connection;

import static dev.tokenguard.config.Setting.number;

import dev.tokenguard.config.Setting;
import java.time.Duration;
import java.util.Map;

/**
 * When Redis is not asked.
 *
 * @param failures after so many in a row it is not asked for a while
 * @param delay how long; then one command tries
 */
public record BreakerSettings(int failures, Duration delay) {

  static final Setting<Integer> FAILURES =
      number(
          "breaker-failures",
          "After so many commands in a row without an answer, further ones fail at once and Redis is"
              + " not asked.",
          "failures",
          1,
          1000,
          5);
  static final Setting<Integer> DELAY =
      number(
          "breaker-wait-duration",
          "After so long one command tries again whether Redis answers.",
          "ms",
          10,
          60_000,
          1000);

  static BreakerSettings from(Map<String, String> texts) {
    return new BreakerSettings(FAILURES.from(texts), Duration.ofMillis(DELAY.from(texts)));
  }
}
