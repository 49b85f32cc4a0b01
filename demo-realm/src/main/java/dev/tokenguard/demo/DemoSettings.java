package dev.tokenguard.demo;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * How the demo was asked to run.
 *
 * @param port where Keycloak listens
 * @param appPort where the page is served; the thief takes the next one
 * @param once play the story in the terminal and end
 * @param help say what the settings are, and end
 * @param redis the address of a Redis to use instead of one of its own
 * @param keycloakHome the unpacked distribution
 * @param jar the extension as it is shipped
 * @param realm the realm file
 */
record DemoSettings(
    int port,
    int appPort,
    boolean once,
    boolean help,
    Optional<RedisAddress> redis,
    Path keycloakHome,
    Path jar,
    Path realm) {

  static final String HELP =
      """
      mvn -Pdemo [settings]   watch refresh tokens rotate in a real Keycloak

        -Ddemo.app.port=8090   the port of the page on 127.0.0.1 (default 8090); the thief takes the next
        -Ddemo.port=8080       the port of Keycloak on 127.0.0.1 (default 8080)
        -Ddemo.once            tell the story in the terminal, check each step, and end: the build fails when
                               a step does not hold (default: serve the page until Ctrl-C)
        -Ddemo.help            this text

      Environment
        REDIS_URL          use this Redis, as in redis://user:password@host:6379/0 (default: a redis-server
                           of its own on a free port, from the PATH or from Maven Central)
        NO_COLOR           no colour on a terminal (default: colour)
      """;

  static DemoSettings from(Properties properties, Map<String, String> environment) {
    return new DemoSettings(
        port(properties, "demo.port", "8080"),
        port(properties, "demo.app.port", "8090"),
        isOn(properties.getProperty("demo.once")),
        isOn(properties.getProperty("demo.help")),
        Optional.ofNullable(environment.get("REDIS_URL"))
            .filter(url -> !url.isBlank())
            .map(RedisAddress::parse),
        path(properties, "keycloak.home"),
        path(properties, "token.guard.jar"),
        path(properties, "demo.realm"));
  }

  private static int port(Properties properties, String name, String usual) {
    String text = properties.getProperty(name, usual);
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65_535) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new DemoFailure(name + " is a number from 1 to 65534, not '" + text + "'.");
  }

  /** A property that is given without a value counts as given. */
  private static boolean isOn(String value) {
    return value != null && !value.equals("false");
  }

  private static Path path(Properties properties, String name) {
    return Path.of(properties.getProperty(name)).toAbsolutePath().normalize();
  }
}
