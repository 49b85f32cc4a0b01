package dev.tokenguard.spring;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import java.util.Map;

/**
 * Whether this instance can do its work.
 *
 * <p>Without Redis it is DOWN if it refuses all tokens. It is UP if it accepts them: a load
 * balancer would otherwise take away an instance that serves.
 */
record RedisHealth(boolean isAvailable, WhenUnavailable choice) {

  String status() {
    return isAvailable || choice == WhenUnavailable.ACCEPT ? "UP" : "DOWN";
  }

  Map<String, String> details() {
    return Map.of(
        "redis",
        isAvailable ? "available" : "unavailable",
        "whenUnavailable",
        choice == WhenUnavailable.ACCEPT ? "accept" : "refuse");
  }
}
