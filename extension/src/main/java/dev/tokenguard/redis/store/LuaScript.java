package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A script of the JAR. A line {@code -- include: <file>} is replaced by that file.
 *
 * @param script the source after that
 */
record LuaScript(Redis.Script script) {

  private static final Pattern INCLUDE = Pattern.compile("(?m)^-- include: (.*)$");

  /**
   * Reads a script.
   *
   * @throws IllegalStateException if the JAR lacks the script or an included file; that stops the
   *     start of Keycloak
   */
  static LuaScript of(Operation operation, String file) {
    String source =
        INCLUDE
            .matcher(read(file))
            .replaceAll(include -> Matcher.quoteReplacement(read(include.group(1))));
    return new LuaScript(new Redis.Script(operation, source));
  }

  /**
   * Runs the script on one key.
   *
   * @throws StoreUnavailableException as {@link Redis#run} does
   */
  <T> T run(Redis redis, String key, List<String> arguments, Function<Reply, T> reader) {
    return redis.run(
        script,
        key,
        arguments,
        reply ->
            reader.apply(
                new Reply(
                    reply instanceof List<?> values ? values : Collections.singletonList(reply))));
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

  /**
   * An array that a script has returned, or a single value. The methods throw {@code
   * StoreUnavailableException} for values of another type.
   */
  record Reply(List<?> values) {

    private static final String UNEXPECTED = "a script returned an unexpected reply";

    private static Reply array(Object reply) {
      if (reply instanceof List<?> values) {
        return new Reply(values);
      }
      throw unexpected();
    }

    /** The arrays in this array, from a position on. */
    Stream<Reply> rowsFrom(int index) {
      return values.stream().skip(index).map(Reply::array);
    }

    /** The array at a position. */
    Reply row(int index) {
      if (index < values.size()) {
        return array(values.get(index));
      }
      throw unexpected();
    }

    /** Empty for an empty array, by which scripts return an absent value. */
    Optional<Reply> ifPresent() {
      return values.isEmpty() ? Optional.empty() : Optional.of(this);
    }

    String text(int index) {
      if (index < values.size() && values.get(index) instanceof String text) {
        return text;
      }
      throw unexpected();
    }

    Optional<String> optionalText(int index) {
      return Optional.of(text(index)).filter(text -> !text.isEmpty());
    }

    long number(int index) {
      if (index < values.size() && values.get(index) instanceof Long number) {
        return number;
      }
      throw unexpected();
    }

    /** The access tokens of a family from a position on, in the order of all scripts. */
    AccessTokens accessTokens(String family, int index) {
      return new AccessTokens(
          family,
          number(index),
          number(index + 1),
          number(index + 2),
          number(index + 3),
          number(index + 4),
          text(index + 5),
          text(index + 6));
    }

    <E extends Enum<E>> E constant(int index, Class<E> type) {
      try {
        return Enum.valueOf(type, text(index));
      } catch (IllegalArgumentException unknown) {
        throw StoreUnavailableException.unanswered(UNEXPECTED, unknown);
      }
    }

    /** The script was executed. */
    static StoreUnavailableException unexpected() {
      return StoreUnavailableException.unexpected(UNEXPECTED);
    }
  }
}
