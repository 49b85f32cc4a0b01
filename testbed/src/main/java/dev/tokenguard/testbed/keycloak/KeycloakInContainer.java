package dev.tokenguard.testbed.keycloak;

import dasniko.testcontainers.keycloak.KeycloakContainer;
import dev.tokenguard.testbed.process.ServerLog;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.images.PullPolicy;
import org.testcontainers.utility.MountableFile;

/** The official images of Keycloak and Redis, in a separate network. */
public final class KeycloakInContainer implements Keycloak {

  private static final int REDIS_PORT = 6379;

  private final Network network =
      Network.builder()
          // By default, ports are published on all addresses of the machine.
          .createNetworkCmdModifier(
              command ->
                  command.withOptions(
                      Map.of("com.docker.network.bridge.host_binding_ipv4", "127.0.0.1")))
          .build();
  private final ToStringConsumer log = new ToStringConsumer();
  private final GenericContainer<?> redis =
      new GenericContainer<>("redis:7")
          .withNetwork(network)
          .withNetworkAliases("redis")
          .withExposedPorts(REDIS_PORT);
  private final KeycloakContainer keycloak;

  private KeycloakInContainer(String image, Path provider, Path realm) {
    keycloak =
        new KeycloakContainer(image)
            // By default, an image that is older than a day is pulled again.
            .withImagePullPolicy(PullPolicy.defaultPolicy())
            .withStartupTimeout(Duration.ofMinutes(5))
            .withLogConsumer(log)
            .withNetwork(network)
            .withProviderLibsFrom(List.of(provider.toFile()))
            .withCopyFileToContainer(
                MountableFile.forHostPath(realm), "/opt/keycloak/data/import/realm.json")
            .withAdminUsername(KeycloakSettings.ADMIN)
            .withAdminPassword(KeycloakSettings.ADMIN)
            .withRamPercentage(1, 10)
            .withEnv("KC_SPI_REDIS_CONNECTION__JEDIS__URL", "redis://redis")
            // Sufficient for a busy machine.
            .withEnv("KC_SPI_REDIS_CONNECTION__JEDIS__READ_TIMEOUT", "2000");
  }

  /** Starts both, and returns once Keycloak is ready and has imported the realm. */
  public static KeycloakInContainer start(String image, Path provider, Path realm) {
    KeycloakInContainer server = new KeycloakInContainer(image, provider, realm);
    try {
      server.redis.start();
      server.keycloak.start();
      return server;
    } catch (ContainerLaunchException e) {
      server.close();
      String end = ServerLog.lastLines(server.log.toUtf8String(), 60);
      throw new IllegalStateException(
          "The container did not start. Last lines of its log:\n" + end, e);
    }
  }

  @Override
  public URI baseUri() {
    return URI.create(keycloak.getAuthServerUrl());
  }

  public URI redis() {
    return URI.create("redis://" + redis.getHost() + ":" + redis.getMappedPort(REDIS_PORT));
  }

  @Override
  public void close() {
    keycloak.stop();
    redis.stop();
    network.close();
  }
}
