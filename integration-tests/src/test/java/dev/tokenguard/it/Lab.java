package dev.tokenguard.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.RedisClient;

/**
 * The servers that most tests share, one set per JVM: a production build of Keycloak with the
 * shaded JAR and the realm of the demo, and a Redis behind a network that can fail. Each test has
 * its own users, and clients by the policy that it needs.
 */
public final class Lab {

  public static final String PASSWORD = "correct horse";
  public static final String REALM = "demo";

  /** Where pages of the clients come from. */
  public static final String ORIGIN = "https://shop.example.org";

  public static final String CERTIFICATE_HEADER = "X-Client-Cert";

  public static final String CONNECTION = "spi-redis-connection--jedis--";

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Position in the record of a family, see record.lua; all other times are relative to it. */
  private static final int MADE_MS = 2;

  private static Lab shared;

  private final RedisServer redis = RedisServer.start();
  private final TcpProxy network = new TcpProxy(redis.port());
  private final KeycloakServer keycloak;
  private final AdminApi admin;
  private final RedisClient redisClient = RedisClient.create("127.0.0.1", redis.port());
  private final Map<String, Map<String, String>> settingsByClient = new LinkedHashMap<>();
  private final List<Object> demoProfiles;
  private final List<Object> demoPolicies;
  private final AtomicInteger numbers = new AtomicInteger();

  private Lab() {
    keycloak =
        KeycloakServer.guarded()
            .realm(realmFile())
            .option(CONNECTION + "url", "redis://127.0.0.1:" + network.port())
            // Long enough for a machine that is busy with its own tests.
            .option(CONNECTION + "read-timeout", "4000")
            // So that commands are sent as soon as Redis answers again.
            .option(CONNECTION + "breaker-wait-duration", "10")
            // So that a test can send requests from several addresses.
            .option("proxy-headers", "xforwarded")
            // So that a test can present a client certificate as a proxy with TLS does.
            .option("spi-x509cert-lookup--haproxy--ssl-client-cert", CERTIFICATE_HEADER)
            .option(
                "log-level",
                "INFO,dev.tokenguard:trace,dev.tokenguard.shaded.resilience4j:info,org.keycloak.events:debug")
            .start();
    admin = keycloak.admin(REALM);
    demoProfiles = listOf("profiles");
    demoPolicies = listOf("policies");
  }

  public static synchronized Lab shared() {
    if (shared == null) {
      shared = new Lab();
    }
    return shared;
  }

  public static Path jar() {
    return Path.of(System.getProperty("token.guard.jar"));
  }

  public static Path realmFile() {
    return Path.of(System.getProperty("demo.realm"));
  }

  public KeycloakServer keycloak() {
    return keycloak;
  }

  public RedisServer redis() {
    return redis;
  }

  /** Connections to Redis fail at once. */
  public void disconnectRedis() {
    network.reset();
  }

  /** Redis executes what it is sent, and Keycloak gets no reply. */
  public void loseRepliesOfRedis() {
    network.swallowAnswers();
  }

  /**
   * Ends {@link #disconnectRedis()}, {@link #loseRepliesOfRedis()} or a pause of Redis; returns
   * once commands are sent again.
   */
  public void reconnectRedis() {
    redis.resume();
    network.heal();
    Await.until("commands to Redis", PATIENCE, () -> keycloak.readiness().seesRedis());
  }

  public AdminApi admin() {
    return admin;
  }

  /** Not through the network that can fail. */
  public RedisClient redisClient() {
    return redisClient;
  }

  public OidcClient client(String clientId) {
    return OidcClient.of(keycloak.baseUri(), REALM, clientId);
  }

  /** The client of the demo that may introspect access tokens. */
  public OidcClient backend() {
    return client("demo-backend").withSecret("demo-secret");
  }

  public boolean isActive(Answer answer) {
    return backend().introspect(answer.accessToken()).body().path("active").asBoolean();
  }

  /** A public client with a policy of these settings: name, value, name, value, … */
  public synchronized OidcClient clientWith(String... settings) {
    String id = "policy-" + String.join("-", settings);
    if (!settingsByClient.containsKey(id)) {
      newClientWith(id, Map.of(), settings);
    }
    return client(id);
  }

  /** The same for a new client with other fields. */
  public OidcClient newClientWith(String id, Map<String, ?> fields, String... settings) {
    createClient(id, fields);
    Map<String, String> policy = new LinkedHashMap<>();
    for (int index = 0; index < settings.length; index += 2) {
      policy.put(settings[index], settings[index + 1]);
    }
    applyPolicy(id, policy);
    return client(id);
  }

  /** A new public client with a policy that has all defaults. */
  public OidcClient ownClient(String prefix) {
    return ownClient(uniqueId(prefix), Map.of());
  }

  /** A new confidential client with such a policy, and with the secret "secret". */
  public OidcClient ownConfidentialClient(String prefix) {
    return ownClient(uniqueId(prefix), Map.of("publicClient", false, "secret", "secret"))
        .withSecret("secret");
  }

  public OidcClient ownClient(String id, Map<String, ?> fields) {
    createClient(id, fields);
    applyDefaultPolicy(id);
    return client(id);
  }

  public void applyDefaultPolicy(String clientId) {
    applyPolicy(clientId, Map.of());
  }

  private synchronized void applyPolicy(String clientId, Map<String, String> settings) {
    settingsByClient.put(clientId, settings);
    List<Object> profiles = new ArrayList<>(demoProfiles);
    List<Object> policies = new ArrayList<>(demoPolicies);
    settingsByClient.forEach((name, each) -> profiles.add(ClientPolicies.profile(name, each)));
    settingsByClient.keySet().forEach(name -> policies.add(ClientPolicies.policy(name)));
    admin.put("/client-policies/profiles", Map.of("profiles", profiles)).orFail();
    admin.put("/client-policies/policies", Map.of("policies", policies)).orFail();
  }

  /** Adds a policy with another executor for a client of {@link #newClientWith}. */
  public synchronized void addExecutor(String clientId, Map<String, ?> executor) {
    String name = clientId + "-more";
    demoProfiles.add(Map.of("name", name, "executors", List.of(executor)));
    Map<String, Object> policy = new LinkedHashMap<>(ClientPolicies.policy(clientId));
    policy.put("name", name);
    policy.put("profiles", List.of(name));
    demoPolicies.add(policy);
    applyPolicy(clientId, settingsByClient.get(clientId));
  }

  public String uniqueId(String prefix) {
    return prefix + "-" + numbers.incrementAndGet();
  }

  /**
   * Creates a public client with the password grant and the code flow, without a policy.
   *
   * @param fields replace or complete those
   */
  public void createClient(String id, Map<String, ?> fields) {
    admin.post("/clients", representation(id, fields)).orFail();
  }

  /** Creates such clients in another realm, each with the policy of these settings. */
  public static void createClients(AdminApi admin, Map<String, Map<String, String>> policies) {
    policies.keySet().forEach(id -> admin.post("/clients", representation(id, Map.of())).orFail());
    admin.putProfilesAndPolicies(
        policies.entrySet().stream()
            .map(it -> ClientPolicies.profile(it.getKey(), it.getValue()))
            .toList(),
        policies.keySet().stream().map(ClientPolicies::policy).toList());
  }

  private static Map<String, Object> representation(String id, Map<String, ?> fields) {
    Map<String, Object> client = new LinkedHashMap<>();
    client.put("clientId", id);
    client.put("publicClient", true);
    client.put("directAccessGrantsEnabled", true);
    client.put("redirectUris", List.of("http://127.0.0.1/*"));
    client.put("webOrigins", List.of(ORIGIN));
    client.put("protocolMappers", List.of(audience("demo-backend")));
    client.putAll(fields);
    Map<Object, Object> attributes = new LinkedHashMap<>(Map.of("policy-group", id));
    if (fields.get("attributes") instanceof Map<?, ?> more) {
      attributes.putAll(more);
    }
    client.put("attributes", attributes);
    return client;
  }

  /** So that another client may introspect the access tokens, or exchange them. */
  public static Map<String, Object> audience(String clientId) {
    return Map.of(
        "name",
        "audience-" + clientId,
        "protocol",
        "openid-connect",
        "protocolMapper",
        "oidc-audience-mapper",
        "config",
        Map.of("included.client.audience", clientId, "access.token.claim", "true"));
  }

  /**
   * Applies another policy to a client, that of {@link #clientWith}; or none, by a name that no
   * policy has.
   */
  public void applyPolicyOf(String policyClient, String clientId) {
    admin.setClientAttribute(clientId, "policy-group", policyClient);
  }

  /** What the console shows of the refresh-token provider. */
  public JsonNode refreshTokenInfo() {
    return admin
        .serverInfo()
        .at("/providers/oauth2-grant-type/providers/refresh_token/operationalInfo");
  }

  /** Whether this Keycloak has a capability, by its name in the server info. */
  public boolean has(String capability) {
    String all = refreshTokenInfo().path("spis-in-use").asText();
    return List.of(all.split(", ")).contains(capability);
  }

  private List<Object> listOf(String name) {
    List<Object> found = new ArrayList<>();
    admin.get("/client-policies/" + name).orFail().body().path(name).forEach(found::add);
    return found;
  }

  /** A new user who may have offline tokens. */
  public User user() {
    String name = uniqueId("user");
    return new User(name, admin.createUser(name, PASSWORD));
  }

  /** The details of the newest stored event of a type that concerns a user. */
  public JsonNode event(String type, User user) {
    return events(type, user).get(0);
  }

  public List<JsonNode> events(String type, User user) {
    return admin.events(type).stream()
        .filter(event -> event.path("userId").asText().equals(user.id()))
        .toList();
  }

  public record User(String name, String id) {
    public Answer logIn(OidcClient client, String... scopes) {
      return client.login(name, PASSWORD, scopes).orFail();
    }
  }

  /** Everything that Redis holds of a user. */
  public Map<String, String> stateOf(User user) {
    return redisClient.hgetAll(keyOf(user));
  }

  public String keyOf(User user) {
    return keyOf(user.id());
  }

  /** Makes all families of a user older by that time. */
  public void age(User user, Duration time) {
    age(redisClient, user.id(), time);
  }

  public static void age(RedisClient store, String userId, Duration time) {
    Map<String, String> families = new LinkedHashMap<>(store.hgetAll(keyOf(userId)));
    families.keySet().removeIf(field -> !field.startsWith("f:"));
    families.replaceAll(
        (field, record) -> {
          String[] parts = record.split(",", -1);
          parts[MADE_MS] = Long.toString(Long.parseLong(parts[MADE_MS]) - time.toMillis());
          return String.join(",", parts);
        });
    store.hset(keyOf(userId), families);
  }

  private static String keyOf(String userId) {
    return "tg:u:{" + userId + "}";
  }

  /** Times in tokens are in seconds. */
  public static void awaitNextSecond() {
    long second = Instant.now().getEpochSecond();
    Await.until("the next second", PATIENCE, () -> Instant.now().getEpochSecond() > second);
  }
}
