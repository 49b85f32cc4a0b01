package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.Options;
import dev.tokenguard.benchmark.Progress;
import dev.tokenguard.benchmark.refresh.Subject.Rotation;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** PostgreSQL, and Keycloaks in production mode, each with a database and a Redis of its own. */
final class Deployment implements AutoCloseable {

  private final Options options;
  private final Deque<AutoCloseable> servers = new ArrayDeque<>();
  private final List<Subject> subjects = new ArrayList<>();
  private final Postgres postgres;

  private Deployment(Options options) {
    this.options = options;
    this.postgres = opened(Postgres.start(options.postgresUrl()));
  }

  /** The kinds of rotation in one Keycloak with the JAR, and no rotation in one without. */
  static Deployment ofRotations(Options options) {
    Deployment deployment = new Deployment(options);
    deployment.start(
        List.of(Path.of(System.getProperty("token.guard.jar"))),
        options.nodes(),
        Map.of(
            Rotation.NONE, "a: no rotation",
            Rotation.BUILT_IN, "b: built-in rotation",
            Rotation.TOKEN_GUARD, "c: Token Guard"));
    deployment.start(List.of(), 1, Map.of(Rotation.NONE, "a': no rotation, no JAR"));
    return deployment;
  }

  /** Token Guard by another JAR, and by this one. */
  static Deployment ofJars(Options options) {
    Path other =
        options
            .otherJar()
            .orElseThrow(
                () -> new IllegalArgumentException("-Dbench.part=compare needs -Dbench.jar"));
    Deployment deployment = new Deployment(options);
    deployment.start(List.of(other), options.nodes(), Map.of(Rotation.TOKEN_GUARD, "o: other JAR"));
    deployment.start(
        List.of(Path.of(System.getProperty("token.guard.jar"))),
        options.nodes(),
        Map.of(Rotation.TOKEN_GUARD, "t: this JAR"));
    return deployment;
  }

  List<Subject> subjects() {
    return subjects;
  }

  Postgres postgres() {
    return postgres;
  }

  Map<String, String> versions() {
    return Map.of(
        "keycloak", System.getProperty("keycloak.version"),
        "postgresql", postgres.version(),
        "redis", subjects.get(0).redis().version());
  }

  @Override
  public void close() {
    while (!servers.isEmpty()) {
      try {
        servers.pop().close();
      } catch (Exception e) {
        System.err.println("A server did not stop in order: " + e.getMessage());
      }
    }
  }

  private void start(List<Path> jars, int size, Map<Rotation, String> titles) {
    Progress.say("Keycloak for %s: build and first start, about a minute", titles.values());
    RedisServer redis = opened(RedisServer.start());
    Database database = postgres.create();
    KeycloakSettings.Builder first = settings(database, redis, !jars.isEmpty());
    jars.forEach(first::provider);
    List<Rotation> rotations = titles.keySet().stream().sorted().toList();
    rotations.forEach(rotation -> first.realm(rotation.writeRealm(options.clients())));
    List<KeycloakServer> nodes = new ArrayList<>(List.of(opened(first.start())));
    while (nodes.size() < size) {
      nodes.add(
          opened(
              settings(database, redis, true)
                  .builtLike(nodes.get(0))
                  .option("hostname", nodes.get(0).baseUri().toString())
                  .start()));
    }
    for (Rotation rotation : rotations) {
      String[] title = titles.get(rotation).split(": ");
      Subject subject = new Subject(title[0], title[1], rotation, nodes, database, redis);
      subject.configure();
      subjects.add(subject);
    }
  }

  private KeycloakSettings.Builder settings(Database database, RedisServer redis, boolean hasJar) {
    KeycloakSettings.Builder builder =
        KeycloakServer.builder()
            .mode(Mode.PRODUCTION)
            .database(database)
            .option("cache", "ispn")
            .option("cache-embedded-network-bind-address", "127.0.0.1")
            .environment("JAVA_OPTS_KC_HEAP", "-Xms1g -Xmx1g");
    if (hasJar) {
      builder
          .option("spi-redis-connection--jedis--url", redis.uri().toString())
          // A 503 on a busy machine would stop the benchmark.
          .option("spi-redis-connection--jedis--read-timeout", "4000");
    }
    if (options.part() == Options.Part.COMPARE) {
      // The default hash of passwords would be most of a login.
      builder
          .option("spi-password-hashing--argon2--iterations", "1")
          .option("spi-password-hashing--argon2--memory", "256");
    }
    return builder;
  }

  private <T extends AutoCloseable> T opened(T server) {
    servers.push(server);
    return server;
  }
}
