package dev.tokenguard.redis.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.SetParams;

/**
 * All that Redis holds, as a text to read and to check in.
 *
 * <pre>
 * hash until 4102448400 tg:u:{alice}
 *   f:bxtaDjx9TiqbHworPE1ebw = 1,2,4102444800250
 * text until 4102448400 tg:sid:a1
 *   logout
 * </pre>
 *
 * <p>Lines that begin with {@code #} are comments. Fields hold no blank.
 */
final class Snapshot {

  private static final String HASH = "hash until ";
  private static final String TEXT = "text until ";
  private static final String INDENT = "  ";
  private static final String EQUALS = " = ";

  private Snapshot() {}

  /** What the file of this name beside this class says, without comments. */
  static String read(String file) {
    try (InputStream text = Snapshot.class.getResourceAsStream(file)) {
      List<String> lines =
          new String(text.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
      return String.join("\n", lines) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String take(UnifiedJedis redis) {
    StringBuilder taken = new StringBuilder();
    redis.keys("*").stream().sorted().forEach(key -> add(taken, redis, key));
    return taken.toString();
  }

  private static void add(StringBuilder taken, UnifiedJedis redis, String key) {
    boolean isHash = redis.type(key).equals("hash");
    taken.append(isHash ? HASH : TEXT).append(redis.expireTime(key)).append(' ').append(key);
    if (isHash) {
      new TreeMap<>(redis.hgetAll(key))
          .forEach((field, value) -> addLine(taken, field + EQUALS + value));
    } else {
      addLine(taken, redis.get(key));
    }
    taken.append('\n');
  }

  private static void addLine(StringBuilder taken, String line) {
    // Editors would take away the blank behind which there is nothing.
    taken.append('\n').append(INDENT).append(line.stripTrailing());
  }

  /** Puts back what was taken. */
  static void restore(String taken, UnifiedJedis redis) {
    String key = "";
    long until = 0;
    for (String line : taken.lines().toList()) {
      if (!line.startsWith(INDENT)) {
        String[] parts = line.split(" ", 4);
        until = Long.parseLong(parts[2]);
        key = parts[3];
      } else if (key.startsWith("tg:u:")) {
        String[] field = line.strip().split(EQUALS.stripTrailing(), 2);
        redis.hset(key, field[0], field[1].strip());
        redis.expireAt(key, until);
      } else {
        redis.set(key, line.strip(), SetParams.setParams().exAt(until));
      }
    }
  }
}
