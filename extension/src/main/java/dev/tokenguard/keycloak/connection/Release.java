package dev.tokenguard.keycloak.connection;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which release this JAR is. */
final class Release {

  private static final String VERSION = read();

  private Release() {}

  static String version() {
    return VERSION;
  }

  private static String read() {
    try (InputStream file = Release.class.getResourceAsStream("/META-INF/token-guard.properties")) {
      Properties properties = new Properties();
      properties.load(file);
      return properties.getProperty("version");
    } catch (IOException unreadable) {
      throw new IllegalStateException(
          "the JAR does not tell its version; build it again", unreadable);
    }
  }
}
