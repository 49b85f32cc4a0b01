package dev.tokenguard.resourceserver.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.resourceserver.CheckerContract;
import dev.tokenguard.resourceserver.ExampleServer;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.ResourceServerContract;
import dev.tokenguard.testbed.server.TcpProxy;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** An application with {@code quarkus-oidc}. */
class QuarkusIT extends ResourceServerContract implements CheckerContract {

  private static final String READY = "/q/health/ready";

  @Override
  public Command command() {
    return Command.ofJava(
        Path.of("../quarkus/example"), "-jar", "target/quarkus-app/quarkus-run.jar");
  }

  @Test
  void given_an_outage_then_the_readiness_follows_where_requests_are_refused() {
    ExampleServer refusing = api();
    ExampleServer accepting = api("WHEN_UNAVAILABLE", "accept");
    assertThat(refusing.send(READY).statusCode()).isEqualTo(200);

    refusing.during(
        TcpProxy::reset,
        () -> {
          HttpResponse<String> ready = refusing.send(READY);
          assertThat(ready.statusCode()).isEqualTo(503);
          assertThat(ready.body()).contains("Token Guard");
        });
    accepting.during(
        TcpProxy::reset, () -> assertThat(accepting.send(READY).statusCode()).isEqualTo(200));
  }

  @Test
  void given_checks_then_they_are_counted_by_verdict() {
    ExampleServer api = api();
    assertThat(api.get(stack.user().logIn(stack.client()).accessToken()).statusCode())
        .isEqualTo(200);

    assertThat(api.send("/q/metrics").body())
        .containsPattern("token_guard_checks_total\\{verdict=\"active\"} [1-9]");
  }
}
