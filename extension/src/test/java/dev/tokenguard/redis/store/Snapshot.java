package dev.tokenguard.redis.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.stream.Collectors;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.SetParams;

/**
 * All that Redis contains, as a text.
 *
 * <pre>
 * hash until 4102448400 tg:u:{alice}
 *   f:bxtaDjx9TiqbHworPE1ebw = 1,2,4102444800250
 * text until 4102448400 tg:sid:a1
 *   logout
 * </pre>
 *
 * <p>Lines that begin with {@code #} are comments.
 */
final class Snapshot {

  private static final String INDENT = "  ";

  private Snapshot() {}

  /** The file of this name beside this class, without comments. */
  static String read(String file) {
    try (InputStream text = Snapshot.class.getResourceAsStream(file)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .collect(Collectors.joining("\n", "", "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String take(UnifiedJedis redis) {
    StringBuilder taken = new StringBuilder();
    for (String key : redis.keys("*").stream().sorted().toList()) {
      boolean isHash = redis.type(key).equals("hash");
      taken.append(isHash ? "hash" : "text").append(" until ").append(redis.expireTime(key));
      taken.append(' ').append(key).append('\n');
      if (isHash) {
        new TreeMap<>(redis.hgetAll(key))
            .forEach((field, value) -> append(taken, field + " = " + value));
      } else {
        append(taken, redis.get(key));
      }
    }
    return taken.toString();
  }

  /** Editors remove a space at the end of a line. */
  private static void append(StringBuilder taken, String line) {
    taken.append(INDENT).append(line.stripTrailing()).append('\n');
  }

  static void restore(String taken, UnifiedJedis redis) {
    String key = "";
    long until = 0;
    for (String line : taken.lines().toList()) {
      if (!line.startsWith(INDENT)) {
        String[] parts = line.split(" ", 4);
        until = Long.parseLong(parts[2]);
        key = parts[3];
      } else if (key.startsWith("tg:u:")) {
        String[] field = line.strip().split(" =", 2);
        redis.hset(key, field[0], field[1].strip());
        redis.expireAt(key, until);
      } else {
        redis.set(key, line.strip(), SetParams.setParams().exAt(until));
      }
    }
  }
}
