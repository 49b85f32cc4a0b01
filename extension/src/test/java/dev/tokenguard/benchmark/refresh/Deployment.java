package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.refresh.RefreshLoad.RefreshChain;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * PostgreSQL, Redis, and two Keycloaks in production mode: one with the JAR, of one node or more,
 * for the variants that are compared, and one node without, for the check. Each has a database of
 * its own.
 */
public final class Deployment implements AutoCloseable {

  private final Postgres postgres;
  private final RedisServer redis;
  private final Database database;
  private final Database databaseWithoutJar;
  private final List<KeycloakServer> nodes;
  private final KeycloakServer keycloakWithoutJar;

  private Deployment(
      Postgres postgres,
      RedisServer redis,
      Database database,
      Database databaseWithoutJar,
      List<KeycloakServer> nodes,
      KeycloakServer keycloakWithoutJar) {
    this.postgres = postgres;
    this.redis = redis;
    this.database = database;
    this.databaseWithoutJar = databaseWithoutJar;
    this.nodes = nodes;
    this.keycloakWithoutJar = keycloakWithoutJar;
  }

  public static Deployment start(BenchmarkOptions options, Progress progress) {
    Postgres postgres = Postgres.start(options.postgresUrl());
    progress.say("PostgreSQL %s is up", postgres.version());
    RedisServer redis = RedisServer.start();
    progress.say("Redis %s is up", redis.version());
    Database database = postgres.create("keycloak");
    Database databaseWithoutJar = postgres.create("keycloak_without_jar");
    progress.say("Keycloak with the JAR: build and first start, about a minute");
    KeycloakSettings.Builder withJar =
        withJar(database, redis).provider(Path.of(System.getProperty("token.guard.jar")));
    for (Variant variant : Variant.IN_ONE_SERVER) {
      withJar.realm(new BenchmarkRealm(variant).write(options.clients()));
    }
    List<KeycloakServer> nodes = new ArrayList<>();
    nodes.add(withJar.start());
    while (nodes.size() < options.nodes()) {
      progress.say("Node %d of it", nodes.size() + 1);
      nodes.add(
          withJar(database, redis)
              .builtLike(nodes.get(0))
              .option("hostname", nodes.get(0).baseUri().toString())
              .start());
    }
    progress.say("Keycloak without the JAR: the same");
    KeycloakServer keycloakWithoutJar =
        builder(databaseWithoutJar)
            .realm(new BenchmarkRealm(Variant.NO_JAR).write(options.clients()))
            .start();
    Deployment deployment =
        new Deployment(postgres, redis, database, databaseWithoutJar, nodes, keycloakWithoutJar);
    for (Variant variant : Variant.values()) {
      new BenchmarkRealm(variant).configure(deployment.nodesOf(variant).get(0));
    }
    return deployment;
  }

  /** Chains at the realm of a variant, logged in. */
  public List<RefreshChain> chains(Variant variant, BenchmarkOptions options) {
    List<RefreshChain> chains =
        new BenchmarkRealm(variant).chains(nodesOf(variant).get(0), options);
    chains.forEach(RefreshChain::logIn);
    return chains;
  }

  public List<KeycloakServer> nodesOf(Variant variant) {
    return variant == Variant.NO_JAR ? List.of(keycloakWithoutJar) : nodes;
  }

  public Database databaseOf(Variant variant) {
    return variant == Variant.NO_JAR ? databaseWithoutJar : database;
  }

  public Map<String, String> versions() {
    return Map.of(
        "keycloak", System.getProperty("keycloak.version"),
        "postgresql", postgres.version(),
        "redis", redis.version());
  }

  public Postgres postgres() {
    return postgres;
  }

  public RedisServer redis() {
    return redis;
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(nodes);
    all.addAll(List.of(keycloakWithoutJar, redis, postgres));
    all.forEach(Deployment::close);
  }

  private static KeycloakSettings.Builder withJar(Database database, RedisServer redis) {
    return builder(database).option("spi-redis-connection--jedis--url", redis.uri().toString());
  }

  private static KeycloakSettings.Builder builder(Database database) {
    return KeycloakServer.builder()
        .mode(Mode.PRODUCTION)
        .database(database)
        .option("cache", "ispn")
        .option("cache-embedded-network-bind-address", "127.0.0.1")
        .environment("JAVA_OPTS_KC_HEAP", "-Xms1g -Xmx1g");
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      System.err.println("A server did not stop in order: " + e.getMessage());
    }
  }

  /**
   * The realm: a public client, as single-page apps are, and a user for each chain. It is the same
   * for all variants; what differs is switched in place.
   */
  public static final class BenchmarkRealm {

    public static final String PASSWORD = "benchmark";

    private static final String CLIENT = "app";
    private static final String POLICY = "rotation";

    private final Variant variant;

    public BenchmarkRealm(Variant variant) {
      this.variant = variant;
    }

    private String name() {
      return variant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Writes the realm file that Keycloak imports. */
    public Path write(int users) {
      String user =
          """
          {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
           "firstName": "Bench", "lastName": "Mark",
           "credentials": [{"type": "password", "value": "%2$s", "temporary": false}]}
          """;
      String all =
          IntStream.range(0, users)
              .mapToObj(number -> user.formatted(userName(number), PASSWORD))
              .collect(Collectors.joining(","));
      String realm =
          """
          {"realm": "%s", "enabled": true, "sslRequired": "none", "users": [%s], "clients": [
           {"clientId": "%s", "enabled": true, "publicClient": true,
            "directAccessGrantsEnabled": true}]}
          """;
      try {
        Path file = Files.createTempFile(name(), ".json");
        file.toFile().deleteOnExit();
        return Files.writeString(file, realm.formatted(name(), all, CLIENT));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /**
     * All at one node; the others own their share of the cluster's locks and caches. Under load,
     * too, they would take turns with it on the same cores, which nodes on machines of their own do
     * not.
     */
    public List<RefreshChain> chains(KeycloakServer node, BenchmarkOptions options) {
      OidcClient app = OidcClient.of(node.baseUri(), name(), CLIENT);
      String scope = options.wantsIdTokens() ? "openid" : "profile";
      return IntStream.range(0, options.clients())
          .mapToObj(number -> new RefreshChain(app, scope, userName(number)))
          .toList();
    }

    /** Makes the realm what its variant is. */
    public void configure(KeycloakServer server) {
      AdminApi admin = server.admin(name());
      if (variant == Variant.BUILT_IN_ROTATION) {
        admin.updateRealm(Map.of("revokeRefreshToken", true));
      }
      if (variant == Variant.TOKEN_GUARD) {
        admin.updateRealm(
            Map.of("eventsListeners", List.of("jboss-logging", "redis-token-blacklist")));
        admin.putProfilesAndPolicies(
            // All settings have their defaults.
            List.of(ClientPolicies.profile(POLICY, Map.of())), List.of(policy()));
      }
    }

    private static Map<String, Object> policy() {
      Map<String, Object> policy = new LinkedHashMap<>(ClientPolicies.policy(POLICY));
      policy.put(
          "conditions", List.of(Map.of("condition", "any-client", "configuration", Map.of())));
      return policy;
    }

    private static String userName(int number) {
      return "user" + number;
    }
  }
}
