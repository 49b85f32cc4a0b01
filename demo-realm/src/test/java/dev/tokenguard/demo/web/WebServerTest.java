package dev.tokenguard.demo.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebServerTest {

  private static final String SECRET = "s3cret";

  private final HttpClient client = HttpClient.newHttpClient();
  private final WebServer server =
      WebServer.start(
          0,
          Map.of(
              "/",
              request -> Reply.json(200, request.fields()),
              "/broken",
              request -> {
                throw new IllegalStateException(request.bearer().orElse(""));
              }));

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void given_a_query_and_a_form_then_both_are_read() throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.origin().resolve("/?one=1%202"))
            .POST(HttpRequest.BodyPublishers.ofString("two=%C3%A4"));

    assertThat(send(request).body()).contains("\"one\":\"1 2\"", "\"two\":\"ä\"");
  }

  @Test
  void given_another_name_of_this_machine_then_it_redirects_to_its_origin() throws Exception {
    URI byName = URI.create("http://localhost:" + server.origin().getPort() + "/");

    HttpResponse<String> answer = send(HttpRequest.newBuilder(byName));

    assertThat(answer.statusCode()).isEqualTo(307);
    assertThat(answer.headers().firstValue("Location")).hasValue(server.origin() + "/");
  }

  @Test
  void given_a_failure_then_the_response_does_not_repeat_the_request() throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(server.origin().resolve("/broken"))
                .header("Authorization", "Bearer " + SECRET));

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain(SECRET);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
