package dev.tokenguard.faults;

import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import redis.clients.jedis.RedisClient;

/**
 * The shaded JAR in a real Keycloak, a real Redis, and a network between them that can fail. All
 * timeouts have their defaults.
 */
final class OneRedis implements AutoCloseable {

  private final RedisServer redis = RedisServer.start();
  private final TcpProxy network = new TcpProxy(redis.port());
  private final KeycloakServer keycloak =
      KeycloakServer.guarded()
          .realm(Path.of(System.getProperty("demo.realm")))
          .option("spi-redis-connection--jedis--url", "redis://127.0.0.1:" + network.port())
          .start();
  private final FaultRealm realm = new FaultRealm(this::has, keycloak);

  private boolean has(String key) {
    return redis.execute(jedis -> jedis.ttl(key)) > 0;
  }

  FaultRealm realm() {
    return realm;
  }

  RedisServer redis() {
    return redis;
  }

  TcpProxy network() {
    return network;
  }

  KeycloakServer keycloak() {
    return keycloak;
  }

  /** Past the network that fails. */
  RedisClient client() {
    return RedisClient.create(redis.uri().getHost(), redis.port());
  }

  @Override
  public void close() throws IOException {
    keycloak.close();
    network.close();
    redis.close();
  }
}
