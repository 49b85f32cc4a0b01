package dev.tokenguard.resourceserver.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.resourceserver.CheckerContract;
import dev.tokenguard.resourceserver.ExampleServer;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.ResourceServerContract;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.server.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The starter in its example applications, and what it adds to their actuator. */
abstract class SpringBootContract extends ResourceServerContract implements CheckerContract {

  private static final String HEALTH = "/actuator/health/tokenGuard";

  /**
   * @param kind servlet, reactive or boot-4
   * @param redisClient lettuce or jedis
   */
  static Command example(String kind, String redisClient) {
    Path module = Path.of("../spring-boot/example-" + kind);
    Path target = module.resolve("target").toAbsolutePath().normalize();
    return Command.ofJava(
        module,
        "-Dspring.data.redis.client-type=" + redisClient,
        "-cp",
        target.resolve("classes") + ":" + read(target.resolve("class-path")),
        "dev.tokenguard.example.OrdersApplication");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("package resource-servers/spring-boot first", e);
    }
  }

  @Test
  void given_an_outage_then_the_instance_is_down_unless_it_accepts_tokens() {
    for (ExampleServer api : new ExampleServer[] {api(), api("WHEN_UNAVAILABLE", "accept")}) {
      awaitHealth(api, 200);
      api.during(
          TcpProxy::reset,
          () -> {
            HttpResponse<String> health = api.send(HEALTH);
            assertThat(health.statusCode()).isEqualTo(api == api() ? 503 : 200);
            assertThat(health.body()).contains("\"redis\":\"unavailable\"");
          });
      awaitHealth(api, 200);
    }
  }

  @Test
  void given_checks_then_the_metrics_count_them_by_verdict() {
    Answer login = stack.user().logIn(stack.client());
    assertThat(api().get(login.accessToken()).statusCode()).isEqualTo(200);
    stack.client().logout(login.refreshToken()).orFail();
    assertThat(api().get(login.accessToken()).statusCode()).isEqualTo(401);

    for (String verdict : new String[] {"active", "revoked"}) {
      HttpResponse<String> metric =
          api().send("/actuator/metrics/token.guard.checks?tag=verdict:" + verdict);
      assertThat(metric.statusCode()).as(verdict).isEqualTo(200);
    }
  }

  private static void awaitHealth(ExampleServer api, int status) {
    Await.until(
        "health " + status, Duration.ofSeconds(10), () -> api.send(HEALTH).statusCode() == status);
  }
}
