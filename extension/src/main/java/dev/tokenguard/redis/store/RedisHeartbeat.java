package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.redis.store.LuaScript.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Detects data loss. All nodes increment one counter, which has an id. If a node reads another id,
 * Redis was flushed; if it reads a smaller number than before, Redis was rolled back. A loss of
 * writes that are younger than the last call does not show there, so a node also compares the
 * server process that responds.
 *
 * <p>On a Cluster it detects a data loss only of the shard that has its key.
 */
public final class RedisHeartbeat {

  /** The kind of a data loss. */
  public enum Loss {
    /** All data is lost: a flush, a restart without persistence, another Redis, or an eviction. */
    FLUSHED,
    /** The last writes are lost: a failover, or an older backup. */
    ROLLED_BACK,
    /**
     * Another server process responds, after a restart or a failover. The writes since the last
     * call may be lost.
     */
    POSSIBLE
  }

  private static final LuaScript BEAT = LuaScript.of(Operation.HEARTBEAT, "heartbeat.lua");

  /** Longer than any outage. */
  private static final Duration KEPT_FOR = Duration.ofDays(7);

  private final Redis redis;
  private final RedisKeys keys;
  private @Nullable Beat last;

  public RedisHeartbeat(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  /**
   * Increments the counter and compares it with the last call of this node.
   *
   * @return the data loss since the last call; empty without one, and for the first call
   * @throws dev.tokenguard.rotation.StoreUnavailableException if Redis is unavailable
   */
  public synchronized Optional<Loss> beat() {
    Beat previous = last;
    Beat now =
        BEAT.run(
            redis,
            keys.heartbeat(),
            List.of(UUID.randomUUID().toString(), Long.toString(KEPT_FOR.toSeconds())),
            Beat::of);
    last = now;
    return Optional.ofNullable(previous).flatMap(now::lossSince);
  }

  /**
   * @param process the id of the server process, {@code run_id} of INFO; empty if INFO is not
   *     permitted
   */
  private record Beat(String id, long count, String process) {
    static Beat of(Reply row) {
      return new Beat(row.text(0), row.number(1), row.text(2));
    }

    Optional<Loss> lossSince(Beat previous) {
      if (!id.equals(previous.id())) {
        return Optional.of(Loss.FLUSHED);
      }
      if (count <= previous.count()) {
        return Optional.of(Loss.ROLLED_BACK);
      }
      return process.equals(previous.process()) ? Optional.empty() : Optional.of(Loss.POSSIBLE);
    }
  }
}
