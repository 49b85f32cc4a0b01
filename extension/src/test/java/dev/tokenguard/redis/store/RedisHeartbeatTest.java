package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes look at one Redis, which forgets. */
final class RedisHeartbeatTest {

  private static final String KEY = "tg:heartbeat";

  private final Redis redis = TestRedis.open(new RecordedTelemetry());
  private final RedisHeartbeat node = new RedisHeartbeat(redis, new RedisKeys(TestRedis.PREFIX));
  private final RedisHeartbeat otherNode =
      new RedisHeartbeat(redis, new RedisKeys(TestRedis.PREFIX));

  @BeforeEach
  void bothNodesHaveLooked() {
    JEDIS.flushAll();
    node.beat();
    otherNode.beat();
  }

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void whenNothingIsLost_thenNobodySaysSo() {
    for (int round = 0; round < 3; round++) {
      assertThat(node.beat()).isEmpty();
      assertThat(otherNode.beat()).isEmpty();
    }
  }

  @Test
  void whenANodeStarts_thenItDoesNotTakeAnEmptyRedisForALoss() {
    JEDIS.flushAll();
    assertThat(new RedisHeartbeat(redis, new RedisKeys(TestRedis.PREFIX)).beat()).isEmpty();
  }

  @Test
  void whenAllIsLost_thenEachNodeSaysSoOnce() {
    JEDIS.flushAll();
    assertThat(node.beat()).contains(Loss.FLUSHED);
    assertThat(otherNode.beat()).contains(Loss.FLUSHED);
    assertThat(node.beat()).isEmpty();
    assertThat(otherNode.beat()).isEmpty();
  }

  @Test
  void whenTheLastWritesAreLost_thenEachNodeSaysSoOnce() {
    Map<String, String> backup = JEDIS.hgetAll(KEY);
    node.beat();
    otherNode.beat();
    JEDIS.hset(KEY, backup);
    assertThat(node.beat()).contains(Loss.ROLLED_BACK);
    assertThat(otherNode.beat()).contains(Loss.ROLLED_BACK);
    assertThat(node.beat()).isEmpty();
    assertThat(otherNode.beat()).isEmpty();
  }

  @Test
  void whenItIsWritten_thenItLivesLongerThanAnyOutageAndNotForever() {
    assertThat(JEDIS.ttl(KEY))
        .isBetween(Duration.ofDays(6).toSeconds(), Duration.ofDays(7).toSeconds());
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenNothingIsSaidAndNothingIsHarmed() {
    JEDIS.del(KEY);
    JEDIS.set(KEY, "something else");
    assertThatThrownBy(node::beat).isInstanceOf(StoreUnavailableException.class);
    assertThat(JEDIS.get(KEY)).isEqualTo("something else");
  }
}
