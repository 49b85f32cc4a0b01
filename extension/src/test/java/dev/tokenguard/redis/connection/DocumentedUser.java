package dev.tokenguard.redis.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** The ACL user that the documentation proposes. */
final class DocumentedUser {

  static final String NAME = "keycloak";
  static final String PASSWORD = "secret";

  private static final String COMMAND = "ACL SETUSER keycloak ";

  /** Redis 7.0 knows no such command; the documentation says so. */
  private static final String NEWER = "+client|setinfo";

  private DocumentedUser() {}

  /** What the user may do, as the documentation writes it. */
  static List<String> rules() {
    try {
      return Files.readAllLines(Path.of("../docs/operations.md")).stream()
          .filter(line -> line.startsWith(COMMAND))
          .map(line -> List.of(line.substring(COMMAND.length()).split(" ")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As an administrator would, on one server. */
  static Object create(Jedis owner) {
    return create(owner, "");
  }

  /**
   * @param without a rule that is left out
   */
  static Object create(Jedis owner, String without) {
    String[] rules =
        rules().stream()
            .filter(rule -> !rule.equals(NEWER) && !rule.equals(without))
            .toArray(String[]::new);
    String[] command = new String[rules.length + 2];
    command[0] = "SETUSER";
    command[1] = NAME;
    System.arraycopy(rules, 0, command, 2, rules.length);
    return owner.sendCommand(Protocol.Command.ACL, command);
  }
}
