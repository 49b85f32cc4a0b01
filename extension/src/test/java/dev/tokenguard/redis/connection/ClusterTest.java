package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.MigrateParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Masters that die, hang, and hand slots on. */
final class ClusterTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static ClusterServers servers;

  private final RecordedTelemetry telemetry = new RecordedTelemetry();
  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final String key = new RedisKeys(TestRedis.PREFIX).user(login.user());

  @BeforeAll
  static void start() {
    // Longer than a busy machine keeps a master from an answer.
    servers = ClusterServers.start("--cluster-node-timeout", "5000");
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @BeforeEach
  void empty() {
    servers.awaitWhole();
    servers.servers().stream()
        .filter(ClusterTest::isMaster)
        .forEach(it -> it.execute(Jedis::flushAll));
  }

  private static boolean isMaster(RedisServer server) {
    return server.execute(Jedis::role).get(0).equals("master");
  }

  private Redis open(String... others) {
    Map<String, String> given =
        new HashMap<>(
            Map.of(
                "url",
                servers.uri(),
                "topology",
                "cluster",
                "password",
                ClusterServers.PASSWORD,
                "connect-timeout",
                "2000",
                "read-timeout",
                "2000",
                "pool-timeout",
                "5000"));
    for (int index = 0; index < others.length; index += 2) {
      given.put(others[index], others[index + 1]);
    }
    return Redis.open(RedisSettings.parse(given::get).orElseThrow(), telemetry);
  }

  private void assertRotates(FamilyStore store, long generation) {
    assertThat(rotated(store, generation))
        .get()
        .isInstanceOfSatisfying(
            Rotated.class, it -> assertThat(it.child().generation()).isEqualTo(generation + 1));
  }

  /** Empty while Redis does not answer as it should. */
  private Optional<RefreshDecision> rotated(FamilyStore store, long generation) {
    try {
      return Optional.of(
          store.rotate(login.refresh(generation, clock), Policies.DEFAULT, it -> false));
    } catch (StoreUnavailableException away) {
      return Optional.empty();
    }
  }

  private void assertGoesOnAfter(FamilyStore store, Runnable mishap, Runnable repair) {
    Await.until("the first rotation", PATIENCE, () -> rotated(store, 0).isPresent());
    servers.masterOf(key).execute(jedis -> jedis.waitReplicas(1, 5_000));
    mishap.run();
    try {
      Await.until("the next master", PATIENCE, () -> rotated(store, 1).isPresent());
      assertRotates(store, 2);
    } finally {
      repair.run();
      servers.awaitWhole();
    }
  }

  @Test
  void given_a_master_that_dies_then_its_families_go_on_at_its_replica() {
    RedisServer master = servers.masterOf(key);
    try (Redis redis = open()) {
      assertGoesOnAfter(TestRedis.store(redis), master::stop, master::restart);
    }
  }

  @Test
  void given_a_master_that_hangs_then_its_families_go_on_at_its_replica() {
    RedisServer master = servers.masterOf(key);
    try (Redis redis = open()) {
      assertGoesOnAfter(TestRedis.store(redis), master::pause, master::resume);
    }
  }

  @Test
  void given_a_slot_that_is_handed_on_then_commands_follow_it_at_every_step() {
    RedisServer from = servers.masterOf(key);
    RedisServer to =
        IntStream.range(0, 1_000)
            .mapToObj(number -> servers.masterOf("tg:other:" + number))
            .filter(server -> server != from)
            .findFirst()
            .orElseThrow();
    String fromId = from.execute(Jedis::clusterMyId);
    String toId = to.execute(Jedis::clusterMyId);
    int slot = JedisClusterCRC16.getSlot(key);
    try (Redis redis = open()) {
      FamilyStore store = TestRedis.store(redis);
      assertRotates(store, 0);
      to.execute(jedis -> jedis.clusterSetSlotImporting(slot, fromId));
      from.execute(jedis -> jedis.clusterSetSlotMigrating(slot, toId));
      assertRotates(store, 1);
      from.execute(
          jedis ->
              jedis.migrate(
                  "127.0.0.1",
                  to.port(),
                  5_000,
                  new MigrateParams().auth(ClusterServers.PASSWORD),
                  key));
      assertRotates(store, 2);
      addInSlot(redis, slot);
      to.execute(jedis -> jedis.clusterSetSlotNode(slot, toId));
      from.execute(jedis -> jedis.clusterSetSlotNode(slot, toId));
      assertRotates(store, 3);
      boolean isThere = to.execute(jedis -> jedis.exists(key));
      assertThat(isThere).isTrue();
    }
    assertThat(telemetry.failed).isEmpty();
  }

  /** A new key in a slot that is being handed on is for the new master already. */
  private static void addInSlot(Redis redis, int slot) {
    RevocationList blacklist = TestRedis.blacklist(redis);
    String id =
        IntStream.iterate(0, number -> number + 1)
            .mapToObj(number -> "token-" + number)
            .filter(it -> JedisClusterCRC16.getSlot("tg:at:" + it) == slot)
            .findFirst()
            .orElseThrow();
    long later = Instant.now().getEpochSecond() + 600;
    List<Entry> entries =
        List.of(
            Entry.ofAccessToken("another", Reason.LOGOUT, later),
            Entry.ofAccessToken(id, Reason.LOGOUT, later));

    blacklist.addAll(entries);

    assertThat(blacklist.reasonFor(id)).contains("logout");
    assertThat(blacklist.reasonFor("another")).contains("logout");
  }

  @Test
  void given_a_client_that_knows_the_slots_of_yesterday_then_many_entries_are_told_in_order() {
    RedisServer from = servers.masterOf("tg:at:moved");
    RedisServer to =
        servers.servers().stream()
            .filter(server -> server != from && isMaster(server))
            .findFirst()
            .orElseThrow();
    int slot = JedisClusterCRC16.getSlot("tg:at:moved");
    String toId = to.execute(Jedis::clusterMyId);
    try (Redis redis = open()) {
      RevocationList blacklist = TestRedis.blacklist(redis);
      blacklist.reasonFor("moved");
      to.execute(jedis -> jedis.clusterSetSlotNode(slot, toId));
      from.execute(jedis -> jedis.clusterSetSlotNode(slot, toId));
      long later = Instant.now().getEpochSecond() + 600;

      blacklist.addAll(
          List.of(
              Entry.ofAccessToken("one", Reason.LOGOUT, later),
              Entry.ofAccessToken("moved", Reason.LOGOUT, later)));

      String reason = to.execute(jedis -> jedis.get("tg:at:moved"));
      assertThat(reason).isEqualTo("logout");
      assertThat(blacklist.reasonFor("one")).contains("logout");
    }
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void given_one_seed_that_is_there_among_dead_ones_then_it_is_enough() {
    String seeds = "redis://127.0.0.1:" + LoopbackPort.free() + ",127.0.0.1:" + seed().port();
    try (Redis redis = open("url", seeds)) {
      redis.ping();
    }
  }

  private static RedisServer seed() {
    return servers.servers().get(1);
  }

  @Test
  void given_a_redis_that_is_no_cluster_then_the_log_says_so() {
    try (Redis redis = open("url", "redis://" + TestRedis.address(), "password", "")) {
      assertThatThrownBy(redis::ping).isInstanceOf(StoreUnavailableException.class);
      assertThat(telemetry.failed.get(0).message())
          .contains("cluster support disabled", "set topology to standalone");
    }
  }

  @Test
  void given_a_node_of_a_cluster_as_one_redis_then_the_log_says_so() {
    RedisServer other =
        servers.servers().stream()
            .filter(server -> server != servers.masterOf(key))
            .findFirst()
            .orElseThrow();
    try (Redis redis = open("url", "redis://127.0.0.1:" + other.port(), "topology", "standalone")) {
      assertThat(rotated(TestRedis.store(redis), 0)).isEmpty();
      assertThat(telemetry.failed.get(0).message()).contains("MOVED", "set topology to cluster");
    }
  }
}
