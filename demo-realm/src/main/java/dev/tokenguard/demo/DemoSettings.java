package dev.tokenguard.demo;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * How the demo was asked to run.
 *
 * @param port where Keycloak listens
 * @param once play the story and end
 * @param help say what the settings are, and end
 * @param redis the address of a Redis to use instead of one of its own
 * @param keycloakHome the unpacked distribution
 * @param jar the extension as it is shipped
 * @param realm the realm file
 */
record DemoSettings(
    int port,
    boolean once,
    boolean help,
    Optional<RedisAddress> redis,
    Path keycloakHome,
    Path jar,
    Path realm) {

  static final String HELP =
      """
      mvn -Pdemo [settings]   watch refresh tokens rotate in a real Keycloak

        -Ddemo.port=8080   the port of Keycloak on 127.0.0.1 (default 8080)
        -Ddemo.once        play the story, check each step, and end: the build fails when a step does not
                           hold (default: stay up until Ctrl-C)
        -Ddemo.help        this text

      Environment
        REDIS_URL          use this Redis, as in redis://user:password@host:6379/0 (default: a redis-server
                           of its own on a free port, from the PATH or from Maven Central)
        NO_COLOR           no colour on a terminal (default: colour)
      """;

  static DemoSettings from(Properties properties, Map<String, String> environment) {
    return new DemoSettings(
        port(properties.getProperty("demo.port", "8080")),
        isOn(properties.getProperty("demo.once")),
        isOn(properties.getProperty("demo.help")),
        Optional.ofNullable(environment.get("REDIS_URL"))
            .filter(url -> !url.isBlank())
            .map(RedisAddress::parse),
        path(properties, "keycloak.home"),
        path(properties, "token.guard.jar"),
        path(properties, "demo.realm"));
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65_536) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new DemoFailure("demo.port is a number from 1 to 65535, not '" + text + "'.");
  }

  /** A property that is given without a value counts as given. */
  private static boolean isOn(String value) {
    return value != null && !value.equals("false");
  }

  private static Path path(Properties properties, String name) {
    return Path.of(properties.getProperty(name)).toAbsolutePath().normalize();
  }
}
