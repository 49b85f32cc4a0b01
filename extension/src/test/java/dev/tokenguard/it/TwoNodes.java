package dev.tokenguard.it;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.keycloak.Readiness;
import dev.tokenguard.testbed.postgres.PostgresServer;
import dev.tokenguard.testbed.postgres.PostgresUnavailableException;
import dev.tokenguard.testbed.process.WallClock;
import dev.tokenguard.testbed.proxy.TcpProxy;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.RedisClient;

/**
 * Two Keycloaks in one cluster, with one PostgreSQL and one Redis. One reaches Redis by a line that
 * can lose answers, goes by a clock that can be set, and can be killed.
 */
final class TwoNodes implements AutoCloseable {

  /** Of {@code demo-spa}; {@code demo-strict} has none. */
  static final int GRACE_SECONDS = 300;

  private static final String REALM = "demo";

  /** Longer than the read time-out of the node at the line. */
  private static final Duration HEALED = Duration.ofSeconds(60);

  private final PostgresServer postgres = PostgresServer.start(Map.of());
  private final RedisServer redis = RedisServer.start();
  private final TcpProxy line = new TcpProxy(redis.port());
  private final Optional<WallClock> clock = WallClock.create();
  private final RedisClient redisClient = RedisClient.create("127.0.0.1", redis.port());
  private final KeycloakServer lasting;
  private final KeycloakServer mortal;

  /**
   * @throws PostgresUnavailableException where there can be no PostgreSQL
   */
  TwoNodes() {
    lasting =
        builder()
            .realm(Lab.realmFile())
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            .start();
    setPolicy("demo-spa", Map.of("grace-period", "" + GRACE_SECONDS, "grace-max-replays", "0"));
    setPolicy("demo-strict", Map.of("grace-period", "0"));
    KeycloakSettings.Builder other =
        builder()
            .option("hostname", lasting.baseUri().toString())
            .option("spi-redis-connection--jedis--url", "redis://127.0.0.1:" + line.port())
            // Longer than it takes to kill the node.
            .option("spi-redis-connection--jedis--read-timeout", "10000");
    clock.ifPresent(it -> it.environment().forEach(other::environment));
    mortal = other.start();
  }

  private KeycloakSettings.Builder builder() {
    return GuardedKeycloak.nodeOn(postgres.database())
        .option("spi-redis-connection--jedis--read-timeout", "4000");
  }

  /** Replaces the policies of the demo that name this client. */
  private void setPolicy(String clientId, Map<String, String> settings) {
    AdminApi admin = lasting.admin(REALM);
    admin.setClientAttribute(clientId, "token-guard", "off");
    admin.setClientAttribute(clientId, "policy-group", clientId);
    admin
        .put(
            "/client-policies/profiles",
            with("profiles", ClientPolicies.profile(clientId, settings)))
        .orFail();
    admin
        .put("/client-policies/policies", with("policies", ClientPolicies.policy(clientId)))
        .orFail();
  }

  private Map<String, List<Object>> with(String kind, Object another) {
    List<Object> all = new ArrayList<>();
    lasting
        .admin(REALM)
        .get("/client-policies/" + kind)
        .orFail()
        .body()
        .path(kind)
        .forEach(all::add);
    all.add(another);
    return Map.of(kind, all);
  }

  KeycloakServer lasting() {
    return lasting;
  }

  KeycloakServer mortal() {
    return mortal;
  }

  TcpProxy line() {
    return line;
  }

  /** That of the mortal node; empty where libfaketime is not installed. */
  Optional<WallClock> clock() {
    return clock;
  }

  /** Returns once the node at the line asks Redis again. */
  void healLine() {
    line.heal();
    Await.until("Redis to be asked", HEALED, () -> Readiness.of(mortal).seesRedis());
  }

  AdminApi admin(KeycloakServer node) {
    return node.admin(REALM);
  }

  OidcClient client(KeycloakServer node, String clientId) {
    return OidcClient.of(node.baseUri(), REALM, clientId);
  }

  /** The record of a family, in its parts; see record.lua. */
  String[] lineage(String userId) {
    return redisClient.hgetAll("tg:u:{" + userId + "}").entrySet().stream()
        .filter(field -> field.getKey().startsWith("f:"))
        .map(field -> field.getValue().split(",", -1))
        .findFirst()
        .orElseThrow();
  }

  /** How long Redis keeps a key. */
  long secondsToLive(String key) {
    return redisClient.ttl(key);
  }

  /** Makes the store believe that so much time has passed for all families of a user. */
  void letPass(String userId, Duration time) {
    Lab.letPass(redisClient, userId, time);
  }

  @Override
  public void close() throws IOException {
    mortal.close();
    lasting.close();
    clock.ifPresent(WallClock::close);
    redisClient.close();
    line.close();
    redis.close();
    postgres.close();
  }
}
