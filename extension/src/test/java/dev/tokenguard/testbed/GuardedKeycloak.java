package dev.tokenguard.testbed;

import dev.tokenguard.testbed.KeycloakServer.Mode;
import java.nio.file.Path;

/** Keycloak with the shaded JAR, built for production once for all servers of this JVM. */
public final class GuardedKeycloak {

  private static KeycloakServer built;

  private GuardedKeycloak() {}

  /** A server on the common build, with the options that one adds. */
  public static KeycloakSettings.Builder builder() {
    return KeycloakServer.builder().mode(Mode.PRODUCTION).builtLike(built());
  }

  private static synchronized KeycloakServer built() {
    if (built == null) {
      built =
          KeycloakServer.builder()
              .mode(Mode.PRODUCTION)
              .provider(Path.of(System.getProperty("token.guard.jar")))
              .prepare();
    }
    return built;
  }
}
