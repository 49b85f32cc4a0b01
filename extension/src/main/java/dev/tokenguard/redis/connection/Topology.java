package dev.tokenguard.redis.connection;

/** How the servers that a URL names stand to each other. */
public enum Topology {
  /** One Redis, or what looks like one: a load balancer, a managed service. */
  STANDALONE(6379),
  /** The URL names Sentinels; they tell which Redis is the master now. */
  SENTINEL(26379),
  /** The URL names some nodes of a Redis Cluster; they tell the others. */
  CLUSTER(6379);

  private final int defaultPort;

  Topology(int defaultPort) {
    this.defaultPort = defaultPort;
  }

  int defaultPort() {
    return defaultPort;
  }
}
