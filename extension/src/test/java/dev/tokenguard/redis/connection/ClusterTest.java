package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis.ScriptCall;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.MigrateParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Masters that stop or hang, and slots that migrate. */
final class ClusterTest extends ConnectionTest {

  /** A key, another one of its slot, and one of another master. */
  private static final String KEY = "{key}";

  private static final String SAME_SLOT = "{key}2";
  private static final String ELSEWHERE = "{b}";

  private static ClusterServers servers;

  @BeforeAll
  static void start() {
    // Longer than a busy machine delays the answer of a master.
    servers = ClusterServers.start("--cluster-node-timeout", "5000");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @BeforeEach
  void empty() {
    servers.awaitWhole();
    servers.masters().forEach(it -> it.execute(Jedis::flushAll));
    assertThat(servers.masterOf(ELSEWHERE)).isNotSameAs(servers.masterOf(KEY));
  }

  private Redis openCluster(String others) {
    String url = "url=" + servers.uri() + " password=" + ClusterServers.PASSWORD;
    return open(FAILING, "topology=cluster", url, others);
  }

  private static boolean increments(Redis redis, long expected) {
    try {
      assertThat(increment(redis, KEY)).isEqualTo(expected);
      return true;
    } catch (StoreUnavailableException unavailable) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void given_a_master_that_stops_or_hangs_then_its_replica_continues(boolean stops) {
    RedisServer master = servers.masterOf(KEY);
    Consumer<RedisServer> fault = stops ? RedisServer::stop : RedisServer::pause;
    Consumer<RedisServer> repair = stops ? RedisServer::restart : RedisServer::resume;
    Redis redis = openCluster("");
    Await.until("the first command", PATIENCE, () -> increments(redis, 1));
    master.execute(jedis -> jedis.waitReplicas(1, 5_000));

    fault.accept(master);
    try {
      Await.until("the next master", PATIENCE, () -> increments(redis, 2));
      assertThat(increments(redis, 3)).isTrue();
    } finally {
      repair.accept(master);
      servers.awaitWhole();
    }
  }

  @Test
  void given_a_slot_that_migrates_then_commands_follow_it_at_each_step() {
    RedisServer from = servers.masterOf(KEY);
    RedisServer to = servers.masterOf(ELSEWHERE);
    String fromId = from.execute(Jedis::clusterMyId);
    String toId = to.execute(Jedis::clusterMyId);
    int slot = JedisClusterCRC16.getSlot(KEY);
    MigrateParams owner = new MigrateParams().auth(ClusterServers.PASSWORD);
    Redis redis = openCluster("");
    assertThat(increment(redis, KEY)).isEqualTo(1);

    to.execute(jedis -> jedis.clusterSetSlotImporting(slot, fromId));
    from.execute(jedis -> jedis.clusterSetSlotMigrating(slot, toId));
    assertThat(increment(redis, KEY)).isEqualTo(2);

    from.execute(jedis -> jedis.migrate("127.0.0.1", to.port(), 5_000, owner, KEY));
    assertThat(increment(redis, KEY)).isEqualTo(3);
    // A new key of a slot that migrates belongs to the next master.
    incrementAll(redis, ELSEWHERE, SAME_SLOT, KEY);

    setMaster(slot, toId, from, to);
    incrementAll(redis, KEY, ELSEWHERE, SAME_SLOT, KEY);
    assertThat(redis.values(Operation.FIND, List.of(KEY, SAME_SLOT, ELSEWHERE)))
        .containsExactly("6", "2", "2");

    to.execute(Jedis::flushAll);
    setMaster(slot, fromId, from, to);
    assertThat(increment(redis, KEY)).isEqualTo(1);
    assertThat(telemetry.failed).isEmpty();
  }

  private static void setMaster(int slot, String id, RedisServer... masters) {
    for (RedisServer master : masters) {
      master.execute(jedis -> jedis.clusterSetSlotNode(slot, id));
    }
  }

  private static void incrementAll(Redis redis, String... keys) {
    redis.runAll(
        INCREMENT, List.of(keys).stream().map(key -> new ScriptCall(key, List.of())).toList());
  }

  @Test
  void given_one_seed_of_two_that_answers_then_it_is_enough() {
    int seed = servers.servers().get(1).port();
    openCluster("url=redis://127.0.0.1:" + LoopbackPort.free() + ",127.0.0.1:" + seed).ping();
  }

  @Test
  void given_a_wrong_topology_then_the_log_has_the_hint() {
    assertFails(
        openCluster("password= url=redis://" + TestRedis.address()),
        Failure.CONNECTION,
        "cluster support disabled",
        "set topology to standalone");
    int other = servers.masterOf(ELSEWHERE).port();
    assertFails(
        openCluster("topology=standalone url=redis://127.0.0.1:" + other),
        Failure.REJECTED,
        "MOVED",
        "set topology to cluster");
  }
}
