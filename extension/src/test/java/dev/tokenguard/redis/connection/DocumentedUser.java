package dev.tokenguard.redis.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** The ACL user that the documentation proposes. */
final class DocumentedUser {

  static final String NAME = "keycloak";
  static final String PASSWORD = "secret";

  /** The settings of a connection by this user. */
  static final String SETTINGS = "username=" + NAME + " password=" + PASSWORD;

  private static final String COMMAND = "ACL SETUSER keycloak ";

  /** Redis 7.0 knows no such command; the documentation says so. */
  private static final String NEWER = "+client|setinfo";

  private DocumentedUser() {}

  static List<String> rules() {
    try (Stream<String> lines = Files.lines(Path.of("../docs/operations.md"))) {
      return lines
          .filter(line -> line.startsWith(COMMAND))
          .map(line -> List.of(line.substring(COMMAND.length()).split(" ")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Object create(Jedis owner) {
    return create(owner, "");
  }

  /**
   * @param without a rule that is left out
   */
  static Object create(Jedis owner, String without) {
    return owner.sendCommand(
        Protocol.Command.ACL,
        Stream.concat(
                Stream.of("SETUSER", NAME),
                rules().stream().filter(rule -> !rule.equals(NEWER) && !rule.equals(without)))
            .toArray(String[]::new));
  }
}
