package dev.tokenguard.demo.api;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import java.net.URI;
import redis.clients.jedis.RedisClient;

/** The read-only connection of a resource server to Redis. */
public final class Blacklist implements AutoCloseable {

  private final RedisClient client;

  private Blacklist(RedisClient client) {
    this.client = client;
  }

  public static Blacklist at(URI redis) {
    return new Blacklist(RedisClient.create(redis));
  }

  /** Three keys in one round trip; during an outage of Redis, no token is accepted. */
  public RevocationChecker checker() {
    return RevocationChecker.of(
        keys -> client.mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
  }

  @Override
  public void close() {
    client.close();
  }
}
