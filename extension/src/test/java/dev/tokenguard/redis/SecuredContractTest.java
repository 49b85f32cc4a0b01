package dev.tokenguard.redis;

/** With TLS, certificates on both sides, and an ACL user. */
final class SecuredContractTest extends TopologyContract {

  SecuredContractTest() {
    super(TestTopology.SECURED);
  }
}
