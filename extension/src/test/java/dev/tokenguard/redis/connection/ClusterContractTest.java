package dev.tokenguard.redis.connection;

/** Three masters, and an ACL user. */
final class ClusterContractTest extends TopologyContract {

  ClusterContractTest() {
    super(TestTopology.CLUSTER);
  }
}
