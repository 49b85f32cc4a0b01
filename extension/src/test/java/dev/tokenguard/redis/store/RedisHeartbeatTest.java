package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes and one Redis that loses data. */
final class RedisHeartbeatTest {

  private static final String KEY = "tg:heartbeat";

  private final Redis redis = TestRedis.open(new RecordedTelemetry());
  private final RedisHeartbeat node = startNode();
  private final RedisHeartbeat otherNode = startNode();

  private RedisHeartbeat startNode() {
    return new RedisHeartbeat(redis, new RedisKeys(TestRedis.PREFIX));
  }

  @BeforeEach
  void begin() {
    JEDIS.flushAll();
    node.beat();
    otherNode.beat();
  }

  @AfterEach
  void close() {
    redis.close();
  }

  private void assertDetectedOnce(Loss loss) {
    assertThat(node.beat()).contains(loss);
    assertThat(otherNode.beat()).contains(loss);
    assertThat(startNode().beat()).isEmpty();
    assertThat(node.beat()).isEmpty();
    assertThat(otherNode.beat()).isEmpty();
  }

  @Test
  void given_no_loss_then_none_is_detected_and_the_key_is_kept_longer_than_any_outage() {
    assertThat(node.beat()).isEmpty();
    assertThat(otherNode.beat()).isEmpty();
    assertThat(JEDIS.ttl(KEY))
        .isBetween(Duration.ofDays(6).toSeconds(), Duration.ofDays(7).toSeconds());
  }

  @Test
  void given_a_flush_then_each_node_detects_it_once() {
    JEDIS.flushAll();
    assertThat(startNode().beat()).isEmpty();
    assertDetectedOnce(Loss.FLUSHED);
  }

  @Test
  void given_an_older_backup_then_each_node_detects_it_once() {
    Map<String, String> backup = JEDIS.hgetAll(KEY);
    node.beat();
    otherNode.beat();
    JEDIS.hset(KEY, backup);
    assertDetectedOnce(Loss.ROLLED_BACK);
  }

  @Test
  void given_a_key_of_another_type_then_redis_is_unavailable_and_the_key_stays() {
    JEDIS.del(KEY);
    JEDIS.set(KEY, "something else");
    assertThatThrownBy(node::beat).isInstanceOf(StoreUnavailableException.class);
    assertThat(JEDIS.get(KEY)).isEqualTo("something else");
  }

  @Test
  void given_another_process_then_a_loss_of_the_last_second_is_possible() {
    try (RedisServer restarted = RedisServer.start();
        Redis connection = TestRedis.open(restarted, new RecordedTelemetry())) {
      RedisHeartbeat beating = new RedisHeartbeat(connection, new RedisKeys(TestRedis.PREFIX));
      beating.beat();
      assertThat(beating.beat()).isEmpty();
      restarted.backUp();
      restarted.restoreBackup();
      // The first command finds the broken connection.
      assertThatThrownBy(connection::ping).isInstanceOf(StoreUnavailableException.class);
      assertThat(beating.beat()).contains(Loss.POSSIBLE);
      assertThat(beating.beat()).isEmpty();
    }
  }
}
