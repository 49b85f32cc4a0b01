package dev.tokenguard.redis.connection;

/** With TLS, certificates on both sides, and an ACL user. */
final class SecuredContractTest extends TopologyContract {

  SecuredContractTest() {
    super(TestTopology.SECURED);
  }
}
