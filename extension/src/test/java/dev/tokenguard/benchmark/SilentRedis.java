package dev.tokenguard.benchmark;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.redis.connection.RedisTelemetry;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.Map;

/** A connection as Keycloak has it, but nobody reads meters. */
final class SilentRedis implements RedisTelemetry {

  private SilentRedis() {}

  static Redis open(RedisServer server, int database) {
    Map<String, String> given =
        Map.of("url", server.uri() + "/" + database, "read-timeout", "10000");
    return Redis.open(RedisSettings.parse(given::get).orElseThrow(), new SilentRedis());
  }

  static Redis open(ClusterServers servers) {
    Map<String, String> given =
        Map.of(
            "url",
            servers.uri(),
            "topology",
            "cluster",
            "password",
            ClusterServers.PASSWORD,
            "read-timeout",
            "10000");
    return Redis.open(RedisSettings.parse(given::get).orElseThrow(), new SilentRedis());
  }

  @Override
  public void answered(Operation operation, Duration took) {
    // Timed by the caller.
  }

  @Override
  public void failed(Operation operation, Failure failure, String message) {
    // The caller is thrown an exception.
  }

  @Override
  public void entered(BreakerState state) {
    // Shows by the exceptions.
  }
}
