package dev.tokenguard.spring;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the check.
 *
 * @param enabled Whether access tokens are checked.
 * @param redis The connection to Redis.
 * @param keyPrefix Prefix of the keys: the setting key-prefix of the connection in Keycloak.
 * @param whenUnavailable What happens to valid tokens while Redis is unavailable: refuse responds
 *     with 503, accept serves them until they expire, even if they are revoked.
 * @param timeout Longest time to wait for a reply of Redis, and with Jedis to connect to it, from 1
 *     ms to 10 s.
 * @param cache What is kept from earlier checks.
 */
@ConfigurationProperties("token-guard")
record TokenGuardProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Redis redis,
    @DefaultValue("tg:") String keyPrefix,
    @DefaultValue("refuse") WhenUnavailable whenUnavailable,
    @DefaultValue("100ms") Duration timeout,
    @DefaultValue Cache cache) {

  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONGEST_TTL = Duration.ofMinutes(1);

  /**
   * @param url URL of Redis, as redis://user:password@host:6379/0, rediss:// for TLS. If it is not
   *     set, the address and the credentials of the application's Redis connection are used.
   */
  record Redis(@DefaultValue("") String url) {}

  /**
   * @param ttl How long a token that is not revoked is not checked again: the longest delay of a
   *     revocation, at most 1 min. 0 switches the cache off.
   * @param size Largest number of keys in the cache, three for each token.
   */
  record Cache(@DefaultValue("0ms") Duration ttl, @DefaultValue("100000") long size) {

    boolean isOn() {
      return !ttl.isZero();
    }
  }

  boolean hasOwnRedis() {
    return !redis.url.isBlank();
  }

  /**
   * @throws InvalidSettingException if a value is not in its range
   */
  void validate() {
    requireRange("token-guard.timeout", timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    requireRange("token-guard.cache.ttl", cache.ttl, Duration.ZERO, LONGEST_TTL);
    if (cache.size < 1) {
      throw new InvalidSettingException(
          "token-guard.cache.size is " + cache.size + ".", "Set it to 1 or more.");
    }
    // The value can contain a password, so it is not in the message.
    if (hasOwnRedis() && !redis.url.matches("rediss?://[^\\s/]+(/\\S*)?")) {
      throw new InvalidSettingException(
          "token-guard.redis.url is not a URL of Redis.",
          "Set it to redis://host:6379, or rediss://host:6379 for TLS.");
    }
  }

  private static void requireRange(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidSettingException(
          name + " is " + value.toMillis() + " ms.",
          "Set it to a time from " + least.toMillis() + " to " + most.toMillis() + " ms.");
    }
  }
}
