package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.postgres.Database;
import java.nio.file.Path;

/** Keycloak with the shaded JAR, built for production. */
public final class GuardedKeycloak {

  private GuardedKeycloak() {}

  /** A server with the options that one adds. */
  public static KeycloakSettings.Builder builder() {
    return KeycloakServer.builder()
        .mode(Mode.PRODUCTION)
        // Tests log in a thousand times; what a password costs an attacker is not their subject.
        .option(KeycloakSettings.PASSWORD_HASHING + "argon2--iterations", "1")
        .option(KeycloakSettings.PASSWORD_HASHING + "argon2--memory", "256")
        .provider(Path.of(System.getProperty("token.guard.jar")));
  }

  /** A node of a cluster whose nodes share a database. */
  public static KeycloakSettings.Builder nodeOn(Database database) {
    return builder()
        .database(database)
        .option("cache", "ispn")
        .option("cache-embedded-network-bind-address", "127.0.0.1");
  }
}
