package dev.tokenguard.demo.api;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.WhenUnavailable;
import java.net.URI;
import redis.clients.jedis.RedisClient;

/** The connection to Redis of a resource server; it only reads. */
public final class Blacklist implements AutoCloseable {

  private final RedisClient client;

  private Blacklist(RedisClient client) {
    this.client = client;
  }

  public static Blacklist at(URI redis) {
    return new Blacklist(RedisClient.create(redis));
  }

  /** Three keys, one round trip; when Redis is away, nothing is accepted. */
  public RevocationChecker checker() {
    return RevocationChecker.of(
        keys -> client.mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
  }

  @Override
  public void close() {
    client.close();
  }
}
