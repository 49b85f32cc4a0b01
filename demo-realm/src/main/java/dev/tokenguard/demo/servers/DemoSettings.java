package dev.tokenguard.demo.servers;

import dev.tokenguard.demo.terminal.DemoFailure;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The settings of the demo.
 *
 * @param port the port of Keycloak
 * @param appPort the port of the page; the thief uses the next one
 * @param once run the scenario in the terminal and exit
 * @param help print the settings and exit
 * @param redis the address of a Redis to use instead of starting one
 * @param keycloakHome the unpacked distribution
 * @param jar the shipped JAR of the extension
 * @param realm the realm file
 */
public record DemoSettings(
    int port,
    int appPort,
    boolean once,
    boolean help,
    Optional<RedisAddress> redis,
    Path keycloakHome,
    Path jar,
    Path realm) {

  public static final String HELP =
      """
      mvn -Pdemo [settings]   watch refresh tokens rotate in a real Keycloak

        -Ddemo.app.port=8090   the port of the page on 127.0.0.1 (default 8090); the thief uses the next
        -Ddemo.port=8080       the port of Keycloak on 127.0.0.1 (default 8080)
        -Ddemo.once            run the scenario in the terminal and exit; the build fails if a check fails
                               (default: serve the page until Ctrl-C)
        -Ddemo.help            this text

      Environment
        REDIS_URL          use this Redis, for example redis://user:password@host:6379/0 (default: start a
                           redis-server on a free port, from the PATH or from Maven Central)
        NO_COLOR           no colours in the terminal (default: colours)
      """;

  public static DemoSettings from(Properties properties, Map<String, String> environment) {
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
      // Reported below.
    }
    throw new DemoFailure(name + " must be a number from 1 to 65534, not '" + text + "'.");
  }

  /** A property without a value is on. */
  private static boolean isOn(String value) {
    return value != null && !value.equals("false");
  }

  private static Path path(Properties properties, String name) {
    return Path.of(properties.getProperty(name)).toAbsolutePath().normalize();
  }
}
