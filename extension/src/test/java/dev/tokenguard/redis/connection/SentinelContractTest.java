package dev.tokenguard.redis.connection;

/** The master that Sentinels name, and an ACL user. */
final class SentinelContractTest extends TopologyContract {

  SentinelContractTest() {
    super(TestTopology.SENTINEL);
  }
}
