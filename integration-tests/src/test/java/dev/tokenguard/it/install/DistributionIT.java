package dev.tokenguard.it.install;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.keycloak.Keycloak;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.RedisClient;

/** The distribution, started as a process. */
class DistributionIT extends ServerContract {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  @BeforeAll
  static void start() {
    LOGS.watch(Lab.shared().keycloak().log());
  }

  @Override
  Keycloak keycloak() {
    return Lab.shared().keycloak();
  }

  @Override
  RedisClient redis() {
    return Lab.shared().redisClient();
  }
}
