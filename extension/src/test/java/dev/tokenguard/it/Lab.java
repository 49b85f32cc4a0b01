package dev.tokenguard.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.Readiness;
import dev.tokenguard.testbed.redis.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.RedisClient;

/**
 * The server that most tests share: production build, the demo's realm, the shaded JAR, a real
 * Redis.
 *
 * <p>A test gets users of its own, and clients by the policy that it needs.
 */
final class Lab {

  static final String PASSWORD = "correct horse";
  static final String REALM = "demo";

  /** Where pages of the clients come from. */
  static final String ORIGIN = "https://shop.example.org";

  /** So that the demo's backend may introspect the access tokens. */
  private static final Map<String, Object> AUDIENCE =
      Map.of(
          "name",
          "audience",
          "protocol",
          "openid-connect",
          "protocolMapper",
          "oidc-audience-mapper",
          "config",
          Map.of("included.client.audience", "demo-backend", "access.token.claim", "true"));

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Position in the lineage, see record.lua; all other times there are relative to it. */
  private static final int MADE_MS = 2;

  private static Lab shared;

  private final RedisServer redis;
  private final KeycloakServer keycloak;
  private final AdminApi admin;
  private final RedisClient redisClient;
  private final Map<Map<String, String>, String> clients = new LinkedHashMap<>();
  private final List<String> ownClients = new ArrayList<>();
  private final List<Object> demoProfiles;
  private final List<Object> demoPolicies;
  private final AtomicInteger users = new AtomicInteger();

  private Lab() {
    redis = RedisServer.start();
    keycloak =
        GuardedKeycloak.builder()
            .realm(realmFile())
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            // Long enough for a machine that is busy with its own tests.
            .option("spi-redis-connection--jedis--read-timeout", "4000")
            // So that a Redis which is back is asked at once.
            .option("spi-redis-connection--jedis--breaker-wait-duration", "10")
            // So that a test can come from several addresses.
            .option("proxy-headers", "xforwarded")
            .option(
                "log-level",
                "INFO,dev.tokenguard:trace,dev.tokenguard.shaded.resilience4j:info,org.keycloak.events:debug")
            .start();
    redisClient = RedisClient.create(redis.uri().getHost(), redis.uri().getPort());
    admin = keycloak.admin(REALM);
    demoProfiles = listOf("profiles");
    demoPolicies = listOf("policies");
  }

  static synchronized Lab shared() {
    if (shared == null) {
      shared = new Lab();
    }
    return shared;
  }

  static Path jar() {
    return Path.of(System.getProperty("token.guard.jar"));
  }

  static Path realmFile() {
    return Path.of(System.getProperty("demo.realm"));
  }

  KeycloakServer keycloak() {
    return keycloak;
  }

  RedisServer redis() {
    return redis;
  }

  /** Lets a Redis that was paused go on, and returns once Keycloak asks it again. */
  void resumeRedis() {
    redis.resume();
    Await.until("Keycloak to ask Redis again", PATIENCE, () -> Readiness.of(keycloak).seesRedis());
  }

  AdminApi admin() {
    return admin;
  }

  RedisClient redisClient() {
    return redisClient;
  }

  OidcClient client(String clientId) {
    return OidcClient.of(keycloak.baseUri(), REALM, clientId);
  }

  /** A public client with a policy of these settings: name, value, name, value, … */
  synchronized OidcClient clientWith(String... settings) {
    Map<String, String> policy = new TreeMap<>();
    for (int index = 0; index < settings.length; index += 2) {
      policy.put(settings[index], settings[index + 1]);
    }
    if (!clients.containsKey(policy)) {
      String id = "policy-" + clients.size();
      createClient(id, true);
      clients.put(policy, id);
      savePolicies();
    }
    return client(clients.get(policy));
  }

  /** Creates a client with the password grant, the code flow and this policy group. */
  void createClient(String id, boolean isPublic) {
    Map<String, Object> client = new LinkedHashMap<>();
    client.put("clientId", id);
    client.put("publicClient", isPublic);
    client.put("directAccessGrantsEnabled", true);
    client.put("standardFlowEnabled", true);
    client.put("redirectUris", List.of("http://127.0.0.1/*"));
    client.put("webOrigins", List.of(ORIGIN));
    client.put("attributes", Map.of("policy-group", id));
    client.put("protocolMappers", List.of(AUDIENCE));
    if (!isPublic) {
      client.put("secret", "secret");
    }
    admin.post("/clients", client).orFail();
  }

  /** Gives a client of one's own, made by {@link #createClient}, a policy with all defaults. */
  synchronized void setPolicyOf(String clientId) {
    ownClients.add(clientId);
    savePolicies();
  }

  /**
   * Lets another policy apply to a client of one's own, that of {@link #clientWith}; or none, by a
   * name that no policy has.
   */
  void applyPolicyOf(String policyClient, String clientId) {
    admin.setClientAttribute(clientId, "policy-group", policyClient);
  }

  /** What the console shows of the refresh-token provider. */
  JsonNode refreshTokenInfo() {
    return admin.serverInfo().at("/providers/refresh-token/providers/token-guard/operationalInfo");
  }

  private void savePolicies() {
    List<Object> profiles = new ArrayList<>(demoProfiles);
    List<Object> policies = new ArrayList<>(demoPolicies);
    clients.forEach((settings, name) -> profiles.add(ClientPolicies.profile(name, settings)));
    clients.values().forEach(name -> policies.add(ClientPolicies.policy(name)));
    ownClients.forEach(name -> profiles.add(ClientPolicies.profile(name, Map.of())));
    ownClients.forEach(name -> policies.add(ClientPolicies.policy(name)));
    admin.put("/client-policies/profiles", Map.of("profiles", profiles)).orFail();
    admin.put("/client-policies/policies", Map.of("policies", policies)).orFail();
  }

  private List<Object> listOf(String name) {
    List<Object> found = new ArrayList<>();
    admin.get("/client-policies/" + name).orFail().body().path(name).forEach(found::add);
    return found;
  }

  /** A new user who may have offline tokens. */
  User user() {
    String name = "user-" + users.incrementAndGet();
    return new User(name, admin.createUser(name, PASSWORD));
  }

  /** The stored events of a type that concern a user, the newest first. */
  List<JsonNode> events(String type, User user) {
    return admin.events(type).stream()
        .filter(event -> event.path("userId").asText().equals(user.id()))
        .toList();
  }

  record User(String name, String id) {
    Answer logIn(OidcClient client, String... scopes) {
      return client.login(name, PASSWORD, scopes).orFail();
    }
  }

  /** Everything that Redis holds of a user. */
  Map<String, String> stateOf(User user) {
    return redisClient.hgetAll(keyOf(user));
  }

  /** Makes the store believe that so much time has passed for all families of a user. */
  void letPass(User user, Duration time) {
    letPass(redisClient, user.id(), time);
  }

  static void letPass(RedisClient store, String userId, Duration time) {
    Map<String, String> aged = new LinkedHashMap<>();
    store
        .hgetAll(keyOf(userId))
        .forEach(
            (field, record) -> {
              if (field.startsWith("f:")) {
                String[] parts = record.split(",", -1);
                long made = Long.parseLong(parts[MADE_MS]) - time.toMillis();
                parts[MADE_MS] = Long.toString(made);
                aged.put(field, String.join(",", parts));
              }
            });
    store.hset(keyOf(userId), aged);
  }

  String keyOf(User user) {
    return keyOf(user.id());
  }

  private static String keyOf(String userId) {
    return "tg:u:{" + userId + "}";
  }
}
