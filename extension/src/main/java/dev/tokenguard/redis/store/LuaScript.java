package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A script, read from the JAR once. A line {@code -- include: <file>} is replaced by that file.
 *
 * @param operation the operation in metrics
 * @param source the source for {@code EVAL}
 * @param sha1 the hash for {@code EVALSHA}
 */
public record LuaScript(RedisTelemetry.Operation operation, String source, String sha1)
    implements Redis.Script {

  private static final Pattern INCLUDE = Pattern.compile("(?m)^-- include: (.*)$");

  /**
   * Reads a script.
   *
   * @throws IllegalStateException if the JAR lacks the script or an included file; that stops the
   *     start of Keycloak
   */
  public static LuaScript of(RedisTelemetry.Operation operation, String file) {
    String source =
        INCLUDE
            .matcher(read(file))
            .replaceAll(include -> Matcher.quoteReplacement(read(include.group(1))));
    return new LuaScript(operation, source, sha1Of(source));
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

  static String sha1Of(String source) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("SHA-1 is required of every Java platform", impossible);
    }
  }
}
