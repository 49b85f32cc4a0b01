package dev.tokenguard.redis;

/** The master that Sentinels name, and an ACL user. */
final class SentinelContractTest extends TopologyContract {

  SentinelContractTest() {
    super(TestTopology.SENTINEL);
  }
}
