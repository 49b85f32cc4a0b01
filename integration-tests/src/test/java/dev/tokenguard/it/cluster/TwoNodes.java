package dev.tokenguard.it.cluster;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.process.WallClock;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.PostgresServer;
import dev.tokenguard.testbed.server.TcpProxy;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.RedisClient;

/**
 * Two nodes of one Keycloak with one PostgreSQL and one Redis. The faulty node is connected to
 * Redis by a network that can fail, and has a clock that can jump.
 */
public final class TwoNodes implements AutoCloseable {

  private final PostgresServer postgres = PostgresServer.start(Map.of());
  private final RedisServer redis = RedisServer.start();
  private final TcpProxy network = new TcpProxy(redis.port());
  private final Optional<WallClock> clock = WallClock.create();
  private final RedisClient redisClient = RedisClient.create("127.0.0.1", redis.port());
  private final KeycloakServer stable;
  private final KeycloakServer faulty;

  /**
   * @param ofStable options of the stable node
   * @param ofFaulty those of the faulty one
   * @throws PostgresServer.UnavailableException where PostgreSQL cannot run
   */
  public TwoNodes(Map<String, String> ofStable, Map<String, String> ofFaulty) {
    stable = builder(redis.port(), ofStable).realm(Lab.realmFile()).start();
    KeycloakSettings.Builder other =
        builder(network.port(), ofFaulty).option("hostname", stable.baseUri().toString());
    clock.ifPresent(it -> it.environment().forEach(other::environment));
    faulty = other.start();
  }

  private KeycloakSettings.Builder builder(int redisPort, Map<String, String> options) {
    KeycloakSettings.Builder builder =
        KeycloakServer.guardedNode(postgres.database())
            .option(Lab.CONNECTION + "url", "redis://127.0.0.1:" + redisPort);
    options.forEach(builder::option);
    return builder;
  }

  public KeycloakServer stable() {
    return stable;
  }

  public KeycloakServer faulty() {
    return faulty;
  }

  /** Between the faulty node and Redis. */
  public TcpProxy network() {
    return network;
  }

  /** That of the faulty node; empty where libfaketime is not installed. */
  public Optional<WallClock> clock() {
    return clock;
  }

  RedisClient redisClient() {
    return redisClient;
  }

  /** How long Redis keeps a key. */
  public long secondsToLive(String key) {
    return redisClient.ttl(key);
  }

  @Override
  public void close() throws IOException {
    faulty.close();
    stable.close();
    clock.ifPresent(WallClock::close);
    redisClient.close();
    network.close();
    redis.close();
    postgres.close();
  }
}
