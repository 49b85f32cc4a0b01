package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the scripts from the JAR. A line {@code -- include: <file>} is replaced by that file. */
final class LuaScript {

  private static final Pattern INCLUDE = Pattern.compile("(?m)^-- include: (.*)$");

  private LuaScript() {}

  /**
   * Reads a script.
   *
   * @throws IllegalStateException if the JAR lacks the script or an included file; that stops the
   *     start of Keycloak
   */
  static Redis.Script of(Operation operation, String file) {
    return new Redis.Script(
        operation,
        INCLUDE
            .matcher(read(file))
            .replaceAll(include -> Matcher.quoteReplacement(read(include.group(1)))));
  }

  private static String read(String file) {
    try (InputStream script = LuaScript.class.getResourceAsStream("lua/" + file)) {
      if (script == null) {
        throw new IllegalStateException("the JAR lacks the script " + file + "; build it again");
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new IllegalStateException("the script " + file + " cannot be read", unreadable);
    }
  }
}
