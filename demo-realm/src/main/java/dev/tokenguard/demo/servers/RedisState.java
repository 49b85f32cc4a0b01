package dev.tokenguard.demo.servers;

import dev.tokenguard.demo.terminal.DemoFailure;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** Reads the data in Redis, as an operator does with {@code redis-cli}. */
public final class RedisState implements AutoCloseable {

  private static final Pattern VERSION = Pattern.compile("redis_version:(\\S+)");

  private final RedisClient client;

  private RedisState(RedisClient client) {
    this.client = client;
  }

  static RedisState at(RedisAddress address) {
    RedisClient client = RedisClient.create(address.uri());
    try {
      client.ping();
      return new RedisState(client);
    } catch (JedisException e) {
      client.close();
      throw new DemoFailure("Redis at " + address + " (REDIS_URL) cannot be used: " + reason(e));
    }
  }

  String version() {
    Matcher version = VERSION.matcher(client.info("server"));
    return version.find() ? version.group(1) : "";
  }

  /** The key with all data of a user. */
  public String keyOf(String userId) {
    return "tg:u:{" + userId + "}";
  }

  /** The fields of that key, sorted; empty if the key does not exist. */
  public Map<String, String> of(String userId) {
    return new TreeMap<>(client.hgetAll(keyOf(userId)));
  }

  @Override
  public void close() {
    client.close();
  }

  private static String reason(JedisException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
