package dev.tokenguard.it.install;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.keycloak.Keycloak;
import dev.tokenguard.testbed.keycloak.KeycloakInContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.junit.jupiter.Testcontainers;
import redis.clients.jedis.RedisClient;

/** The image, in containers; skipped where no Docker engine answers. */
@Testcontainers(disabledWithoutDocker = true)
class ContainerIT extends ServerContract {

  private static KeycloakInContainer keycloak;
  private static RedisClient redis;

  @BeforeAll
  static void start() {
    keycloak =
        KeycloakInContainer.start(System.getProperty("keycloak.image"), Lab.jar(), Lab.realmFile());
    redis = RedisClient.create(keycloak.redis());
  }

  @AfterAll
  static void end() {
    if (keycloak != null) {
      redis.close();
      keycloak.close();
    }
  }

  @Override
  Keycloak keycloak() {
    return keycloak;
  }

  @Override
  RedisClient redis() {
    return redis;
  }
}
