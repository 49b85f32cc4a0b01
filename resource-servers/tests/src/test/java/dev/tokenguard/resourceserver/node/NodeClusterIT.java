package dev.tokenguard.resourceserver.node;

import dev.tokenguard.testbed.process.Commands;
import dev.tokenguard.testbed.redis.ClusterServers;
import org.junit.jupiter.api.Test;

/** The Node package with a Redis Cluster, where the keys of a token are on several nodes. */
class NodeClusterIT {

  /** By both clients; the assertions are in the script. */
  @Test
  void given_a_cluster_then_each_kind_of_revocation_is_found() {
    String node = Node.executable().toString();
    try (ClusterServers cluster = ClusterServers.start("--cluster-node-timeout", "5000")) {
      cluster.awaitWhole();
      String script = Node.MODULE.resolve("test/cluster.mjs").toString();
      Commands.run(node, script, cluster.uri(), ClusterServers.PASSWORD);
    }
  }
}
