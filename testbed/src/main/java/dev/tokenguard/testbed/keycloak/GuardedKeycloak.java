package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.postgres.Database;
import java.nio.file.Path;

/** Keycloak with the shaded JAR, as a production build. */
public final class GuardedKeycloak {

  private GuardedKeycloak() {}

  /** A server with the defaults of the tests; options may be added. */
  public static KeycloakSettings.Builder builder() {
    return KeycloakServer.builder()
        .mode(Mode.PRODUCTION)
        // The tests log in a thousand times, and do not test the strength of password hashes.
        .option(KeycloakSettings.PASSWORD_HASHING + "argon2--iterations", "1")
        .option(KeycloakSettings.PASSWORD_HASHING + "argon2--memory", "256")
        .provider(Path.of(System.getProperty("token.guard.jar")));
  }

  /** A node of a cluster with a shared database. */
  public static KeycloakSettings.Builder nodeOn(Database database) {
    return builder()
        .database(database)
        .option("cache", "ispn")
        .option("cache-embedded-network-bind-address", "127.0.0.1");
  }
}
