package dev.tokenguard.it;

import dev.tokenguard.testbed.keycloak.Keycloak;
import redis.clients.jedis.RedisClient;

/** The distribution, started as a process. */
class DistributionIT extends ServerContract {

  @Override
  Keycloak keycloak() {
    return Lab.shared().keycloak();
  }

  @Override
  RedisClient redis() {
    return Lab.shared().redisClient();
  }
}
