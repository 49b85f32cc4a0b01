package dev.tokenguard.quarkus;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The settings of an application. Redis is that of {@code quarkus.redis.token-guard.hosts}. */
@ConfigMapping(prefix = "token-guard")
public interface TokenGuardConfig {

  /** Whether access tokens are checked. */
  @WithDefault("true")
  boolean enabled();

  /** The setting {@code key-prefix} of the connection in Keycloak. */
  @WithDefault("tg:")
  String keyPrefix();

  /**
   * The response while Redis is unavailable: {@code refuse} with 503, or {@code accept} tokens that
   * may be revoked until they expire.
   */
  @WithDefault("refuse")
  WhenUnavailable whenUnavailable();

  /** The longest wait for a connection to Redis, and for its reply; 10 ms to 10 s. */
  @WithDefault("100ms")
  Duration timeout();

  Cache cache();

  /** The {@code realm} of the header {@code WWW-Authenticate} (RFC 6750, section 3). */
  @WithDefault("api")
  String realm();

  /** What was read from Redis, in the memory of the application. */
  interface Cache {

    /**
     * How long a token that is not revoked is accepted without another check; 0 to 1 minute, 0 is
     * off.
     */
    @WithDefault("0ms")
    Duration ttl();

    /** The largest number of entries; 1 to 10 million. */
    @WithDefault("100000")
    int size();
  }
}
