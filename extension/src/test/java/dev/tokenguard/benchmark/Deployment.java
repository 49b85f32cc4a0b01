package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.KeycloakServer;
import dev.tokenguard.testbed.KeycloakServer.Mode;
import dev.tokenguard.testbed.KeycloakSettings;
import dev.tokenguard.testbed.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * PostgreSQL, Redis, and two Keycloaks in production mode: one with the JAR, for the variants that
 * are compared, and one without, for the check. Each has a database of its own.
 */
final class Deployment implements AutoCloseable {

  private final Postgres postgres;
  private final RedisServer redis;
  private final Database database;
  private final Database databaseWithoutJar;
  private final KeycloakServer keycloak;
  private final KeycloakServer keycloakWithoutJar;

  private Deployment(
      Postgres postgres,
      RedisServer redis,
      Database database,
      Database databaseWithoutJar,
      KeycloakServer keycloak,
      KeycloakServer keycloakWithoutJar) {
    this.postgres = postgres;
    this.redis = redis;
    this.database = database;
    this.databaseWithoutJar = databaseWithoutJar;
    this.keycloak = keycloak;
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
        builder(database)
            .provider(Path.of(System.getProperty("token.guard.jar")))
            .option("spi-redis-connection--jedis--url", redis.uri().toString());
    for (Variant variant : Variant.IN_ONE_SERVER) {
      withJar.realm(new BenchmarkRealm(variant).write(options.clients()));
    }
    KeycloakServer keycloak = withJar.start();
    progress.say("Keycloak without the JAR: the same");
    KeycloakServer keycloakWithoutJar =
        builder(databaseWithoutJar)
            .realm(new BenchmarkRealm(Variant.NO_JAR).write(options.clients()))
            .start();
    Deployment deployment =
        new Deployment(postgres, redis, database, databaseWithoutJar, keycloak, keycloakWithoutJar);
    for (Variant variant : Variant.values()) {
      new BenchmarkRealm(variant).configure(deployment.serverOf(variant));
    }
    return deployment;
  }

  /** Chains at the realm of a variant, logged in. */
  List<RefreshChain> chains(Variant variant, int clients) {
    List<RefreshChain> chains = new BenchmarkRealm(variant).chains(serverOf(variant), clients);
    chains.forEach(RefreshChain::logIn);
    return chains;
  }

  KeycloakServer serverOf(Variant variant) {
    return variant == Variant.NO_JAR ? keycloakWithoutJar : keycloak;
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
    List.<AutoCloseable>of(keycloakWithoutJar, keycloak, redis, postgres)
        .forEach(Deployment::close);
  }

  private static KeycloakSettings.Builder builder(Database database) {
    KeycloakSettings.Builder builder =
        KeycloakServer.builder()
            .mode(Mode.PRODUCTION)
            .buildOption("db", "postgres")
            .option("db-url", database.url())
            .option("db-username", database.user())
            .environment("JAVA_OPTS_KC_HEAP", "-Xms1g -Xmx1g");
    if (database.password() != null) {
      builder.environment("KC_DB_PASSWORD", database.password());
    }
    return builder;
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      System.err.println("A server did not stop in order: " + e.getMessage());
    }
  }
}
