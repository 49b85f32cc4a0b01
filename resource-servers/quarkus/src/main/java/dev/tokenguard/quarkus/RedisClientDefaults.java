package dev.tokenguard.quarkus;

import io.quarkus.redis.client.RedisOptionsCustomizer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisOptions;
import jakarta.inject.Singleton;

/**
 * Bounds the time of connections to Redis, where the application has not. Vert.x waits a minute for
 * a connection, and for the first reply of one without any bound.
 */
@Singleton
class RedisClientDefaults implements RedisOptionsCustomizer {

  /** The name of the client: {@code quarkus.redis.token-guard.hosts}. */
  static final String CLIENT = "token-guard";

  /** Longer than a cache usually keeps values: it would connect anew whenever they expire. */
  private static final int SECONDS_WITHOUT_REPLY = 15;

  private final TokenGuardConfig config;

  RedisClientDefaults(TokenGuardConfig config) {
    this.config = config;
  }

  @Override
  public void customize(String clientName, RedisOptions options) {
    if (!CLIENT.equals(clientName)) {
      return;
    }
    NetClientOptions tcp = options.getNetClientOptions();
    if (tcp.getConnectTimeout() == NetClientOptions.DEFAULT_CONNECT_TIMEOUT) {
      tcp.setConnectTimeout(Math.toIntExact(config.timeout().toMillis()));
    }
    if (tcp.getReadIdleTimeout() == 0 && tcp.getIdleTimeout() == 0) {
      tcp.setReadIdleTimeout(SECONDS_WITHOUT_REPLY);
    }
  }
}
