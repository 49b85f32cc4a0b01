package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.revocation.LatestExpiries;
import java.util.List;

/** The latest expiries in Redis: a key for each realm, which vanishes with the last token. */
public final class RedisLatestExpiries implements LatestExpiries {

  private static final LuaScript RAISE =
      LuaScript.alone(Operation.LATEST_EXPIRY, "latest-expiry.lua");

  private final Redis redis;
  private final RedisKeys keys;

  public RedisLatestExpiries(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public long raise(String realmId, long expiresAt) {
    return redis.run(
        RAISE,
        keys.latestExpiry(realmId),
        List.of(Long.toString(expiresAt)),
        reply -> (Long) reply);
  }

  @Override
  public long latest(String realmId) {
    return redis
        .value(Operation.LATEST_EXPIRY, keys.latestExpiry(realmId))
        .map(Long::parseLong)
        .orElse(0L);
  }
}
