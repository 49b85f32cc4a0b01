package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.store.RedisRevocationListTest;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLogContract;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationListContract;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.FamilyStoreContract;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.TestLength;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contracts of the stores with Sentinels, on a Cluster, and with TLS, each with the documented
 * ACL user. {@code mvn verify} runs each script once on each: {@link TopologySmokeTest}.
 */
@Tag(TestLength.FULL)
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STANDALONE")
final class TopologyContractTest {

  @Parameter TestTopology topology;

  @Nested
  final class Families extends FamilyStoreContract {
    @Override
    protected FamilyStore open(TestClock clock) {
      return topology.emptyStore(clock);
    }
  }

  @Nested
  final class RevokedTokens extends RevocationListContract {
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
