package dev.tokenguard.resourceserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** An application with {@code quarkus-oidc}. */
class QuarkusIT extends ResourceServerContract {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @Override
  protected Command command() {
    return Command.ofJava(
        Path.of("../quarkus/example"), "-jar", "target/quarkus-app/quarkus-run.jar");
  }

  @Test
  void given_an_outage_then_the_readiness_follows_where_requests_are_refused()
      throws IOException, InterruptedException {
    ExampleServer refusing = api();
    ExampleServer accepting = api("WHEN_UNAVAILABLE", "accept");
    assertThat(get(refusing, "/q/health/ready").statusCode()).isEqualTo(200);

    refusing.redis().reset();
    accepting.redis().reset();
    try {
      HttpResponse<String> ready = get(refusing, "/q/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("Token Guard");
      assertThat(get(accepting, "/q/health/ready").statusCode()).isEqualTo(200);
    } finally {
      refusing.redis().heal();
      accepting.redis().heal();
    }
  }

  @Test
  void given_checks_then_they_are_counted_by_verdict() throws IOException, InterruptedException {
    ExampleServer api = api();
    assertThat(api.get(stack.user().logIn(stack.client()).accessToken()).statusCode())
        .isEqualTo(200);

    assertThat(get(api, "/q/metrics").body())
        .containsPattern("token_guard_checks_total\\{verdict=\"active\"} [1-9]");
  }

  private static HttpResponse<String> get(ExampleServer api, String path)
      throws IOException, InterruptedException {
    URI uri = api.uri().resolve(path);
    return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
