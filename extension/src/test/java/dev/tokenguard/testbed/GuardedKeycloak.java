package dev.tokenguard.testbed;

import dev.tokenguard.testbed.KeycloakServer.Mode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Keycloak with the shaded JAR, built for production once for all servers of this JVM and each kind
 * of database.
 */
public final class GuardedKeycloak {

  private static final Map<String, KeycloakServer> BUILT = new HashMap<>();

  private GuardedKeycloak() {}

  /** A server on the common build, with the options that one adds. */
  public static KeycloakSettings.Builder builder() {
    return on("dev-file");
  }

  /** Likewise, a node of a cluster whose nodes share a database. */
  public static KeycloakSettings.Builder nodeOn(Database database) {
    return on("postgres")
        .database(database)
        .option("cache", "ispn")
        .option("cache-embedded-network-bind-address", "127.0.0.1");
  }

  private static synchronized KeycloakSettings.Builder on(String kindOfDatabase) {
    KeycloakServer built =
        BUILT.computeIfAbsent(
            kindOfDatabase,
            kind ->
                KeycloakServer.builder()
                    .mode(Mode.PRODUCTION)
                    .buildOption("db", kind)
                    .provider(Path.of(System.getProperty("token.guard.jar")))
                    .prepare());
    return KeycloakServer.builder().mode(Mode.PRODUCTION).builtLike(built);
  }
}
