package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.store.RedisRevocationListTest;
import dev.tokenguard.revocation.BlacklistContract;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLogContract;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.FamilyStoreContract;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.TestLength;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * All that is kept in Redis keeps its promise on a topology, with the rights of the user there. The
 * scripts are the same on each; {@link TopologySmokeTest} runs each of them once.
 */
@Tag(TestLength.FULL)
abstract class TopologyContract {

  private final TestTopology topology;

  TopologyContract(TestTopology topology) {
    this.topology = topology;
  }

  @Nested
  final class Families extends FamilyStoreContract {
    @Override
    protected FamilyStore open(TestClock clock) {
      return topology.emptyStore(clock);
    }
  }

  @Nested
  final class RevokedTokens extends BlacklistContract {
    @Override
    protected RevocationList open(TestClock clock) {
      topology.flush();
      return TestRedis.blacklist(topology.redis());
    }

    @Override
    protected OptionalLong livesUntil(Entry entry) {
      return RedisRevocationListTest.livesUntil(
          topology.owner(), RedisRevocationListTest.keyOf(entry));
    }
  }

  @Nested
  final class Incidents extends IncidentLogContract {
    @Override
    protected IncidentLog open(TestClock clock) {
      return topology.emptyIncidentLog(clock);
    }
  }
}
