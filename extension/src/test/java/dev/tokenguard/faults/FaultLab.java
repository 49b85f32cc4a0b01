package dev.tokenguard.faults;

import dev.tokenguard.testbed.AdminApi;
import dev.tokenguard.testbed.Answer;
import dev.tokenguard.testbed.KeycloakServer;
import dev.tokenguard.testbed.KeycloakServer.Mode;
import dev.tokenguard.testbed.OidcClient;
import dev.tokenguard.testbed.RedisServer;
import dev.tokenguard.testbed.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.RedisClient;

/**
 * The shaded JAR in a real Keycloak, a real Redis, and a network between them that can fail. All
 * time-outs have their defaults.
 */
final class FaultLab implements AutoCloseable {

  /** So long may one command take by default: for a connection, and for the answer by it. */
  static final Duration ALL_TIMEOUTS = Duration.ofMillis(3 * 400);

  static final String DENY = "deny";
  static final String ALLOW = "allow";

  /** Of all users. */
  static final String PASSWORD = "demo";

  private static final String REALM = "demo";

  private final RedisServer redis = RedisServer.start();
  private final TcpProxy network = new TcpProxy(redis.port());
  private final KeycloakServer keycloak;

  FaultLab() {
    keycloak =
        KeycloakServer.builder()
            .mode(Mode.PRODUCTION)
            .provider(Path.of(System.getProperty("token.guard.jar")))
            .realm(Path.of(System.getProperty("demo.realm")))
            .option("spi-redis-connection--jedis--url", "redis://127.0.0.1:" + network.port())
            .start();
    List.of(DENY, ALLOW).forEach(id -> admin().post("/clients", newClient(id)).orFail());
    admin()
        .putProfilesAndPolicies(
            List.of(profile(DENY), profile(ALLOW)), List.of(policy(DENY), policy(ALLOW)));
  }

  private static Map<String, Object> newClient(String id) {
    return Map.of(
        "clientId",
        id,
        "publicClient",
        true,
        "directAccessGrantsEnabled",
        true,
        "attributes",
        Map.of("policy-group", id));
  }

  /** The grace is long enough for a machine that is busy. */
  private static Map<String, Object> profile(String onRedisFailure) {
    Map<String, String> settings =
        Map.of("on-redis-failure", onRedisFailure, "grace-period", "60", "grace-max-replays", "0");
    return Map.of(
        "name",
        onRedisFailure,
        "executors",
        List.of(Map.of("executor", "redis-refresh-token-rotation", "configuration", settings)));
  }

  private static Map<String, Object> policy(String name) {
    Map<String, String> ofGroup =
        Map.of("attributes", "[{\"key\":\"policy-group\",\"value\":\"" + name + "\"}]");
    return Map.of(
        "name",
        name,
        "enabled",
        true,
        "profiles",
        List.of(name),
        "conditions",
        List.of(Map.of("condition", "client-attributes", "configuration", ofGroup)));
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

  AdminApi admin() {
    return keycloak.admin(REALM);
  }

  OidcClient client(String id) {
    return OidcClient.of(keycloak.baseUri(), REALM, id);
  }

  Answer logIn(String client, String user) {
    return client(client).login(user, PASSWORD).orFail();
  }

  /** Past the network that fails. */
  RedisClient redisClient() {
    return RedisClient.create(redis.uri().getHost(), redis.port());
  }

  @Override
  public void close() throws IOException {
    keycloak.close();
    network.close();
    redis.close();
  }
}
