package dev.tokenguard.checker.redis;

import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Protocol;

/** The ACL user {@code api} with the password {@code secret}, by the command that is documented. */
final class DocumentedUser {

  private static final Path DOCUMENTATION = Path.of("../../docs/resource-servers.md");

  private DocumentedUser() {}

  /**
   * @param more rules, which must be documented as well
   */
  static void create(RedisServer server, String more) throws IOException {
    String text = Files.readString(DOCUMENTATION);
    if (!text.contains(more)) {
      throw new IllegalStateException("not documented: " + more);
    }
    String command =
        text.lines().filter(line -> line.startsWith("ACL SETUSER api ")).findFirst().orElseThrow();
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of(more.split(" ")));
    words.removeIf(String::isEmpty);
    server.execute(
        it ->
            it.sendCommand(
                Protocol.Command.ACL, words.subList(1, words.size()).toArray(String[]::new)));
  }
}
