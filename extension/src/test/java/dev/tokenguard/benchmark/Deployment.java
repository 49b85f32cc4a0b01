package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.postgres.Database;
import dev.tokenguard.testbed.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL, Redis, and two Keycloaks in production mode: one with the JAR, of one node or more,
 * for the variants that are compared, and one node without, for the check. Each has a database of
 * its own.
 */
final class Deployment implements AutoCloseable {

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

  static Deployment start(BenchmarkOptions options, Progress progress) {
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
  List<RefreshChain> chains(Variant variant, BenchmarkOptions options) {
    List<RefreshChain> chains =
        new BenchmarkRealm(variant).chains(nodesOf(variant).get(0), options);
    chains.forEach(RefreshChain::logIn);
    return chains;
  }

  List<KeycloakServer> nodesOf(Variant variant) {
    return variant == Variant.NO_JAR ? List.of(keycloakWithoutJar) : nodes;
  }

  Database databaseOf(Variant variant) {
    return variant == Variant.NO_JAR ? databaseWithoutJar : database;
  }

  Map<String, String> versions() {
    return Map.of(
        "keycloak", System.getProperty("keycloak.version"),
        "postgresql", postgres.version(),
        "redis", redis.version());
  }

  Postgres postgres() {
    return postgres;
  }

  RedisServer redis() {
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
}
