package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A script, read from the JAR once.
 *
 * @param operation what it does, for metrics
 * @param source what Redis is given
 * @param sha1 by which Redis remembers it
 */
public record LuaScript(RedisTelemetry.Operation operation, String source, String sha1)
    implements Redis.Script {

  /**
   * A script on families. What all of them know of the storage format stands before it.
   *
   * @throws IllegalStateException when the JAR does not hold it; that must stop the start
   */
  public static LuaScript of(RedisTelemetry.Operation operation, String file) {
    return new LuaScript(operation, read("record.lua") + "\n" + read(file));
  }

  /**
   * A script that needs nothing else.
   *
   * @throws IllegalStateException when the JAR does not hold it; that must stop the start
   */
  public static LuaScript alone(RedisTelemetry.Operation operation, String file) {
    return new LuaScript(operation, read(file));
  }

  private LuaScript(RedisTelemetry.Operation operation, String source) {
    this(operation, source, sha1Of(source));
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
      throw new IllegalStateException("every Java platform has SHA-1", impossible);
    }
  }
}
