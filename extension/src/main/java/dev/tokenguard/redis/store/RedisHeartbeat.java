package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Notices that Redis has lost what it held. All nodes count one number on; who reads another
 * number's name, or a smaller one than before, looks at a Redis that was flushed or rolled back.
 *
 * <p>On a Cluster it tells of the shard that holds its key, and of no other.
 */
public final class RedisHeartbeat {

  /** What has happened to the data. */
  public enum Loss {
    /** Nothing is left: a flush, a restart without a file, another Redis, or an eviction. */
    FLUSHED,
    /** The last writes are missing: a failover, or an older backup. */
    ROLLED_BACK
  }

  private static final LuaScript BEAT = LuaScript.of(Operation.HEARTBEAT, "heartbeat.lua");

  /** Longer than an outage that anybody would sit out. */
  private static final Duration KEPT_FOR = Duration.ofDays(7);

  private final Redis redis;
  private final RedisKeys keys;
  private @Nullable Beat last;

  public RedisHeartbeat(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  /**
   * Counts on. The first time there is nothing to compare with.
   *
   * @return what Redis has lost since the last time, if it has
   * @throws dev.tokenguard.rotation.StoreUnavailableException when Redis does not answer as it
   *     should
   */
  public synchronized Optional<Loss> beat() {
    Beat previous = last;
    Beat now =
        redis.run(
            BEAT,
            keys.heartbeat(),
            List.of(UUID.randomUUID().toString(), Long.toString(KEPT_FOR.toSeconds())),
            Beat::of);
    last = now;
    return Optional.ofNullable(previous).flatMap(now::lossSince);
  }

  private record Beat(String id, long count) {
    static Beat of(Object reply) {
      LuaReply row = LuaReply.of(reply);
      return new Beat(row.text(0), row.number(1));
    }

    Optional<Loss> lossSince(Beat previous) {
      if (!id.equals(previous.id())) {
        return Optional.of(Loss.FLUSHED);
      }
      return count <= previous.count() ? Optional.of(Loss.ROLLED_BACK) : Optional.empty();
    }
  }
}
