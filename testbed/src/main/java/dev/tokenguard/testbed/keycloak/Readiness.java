package dev.tokenguard.testbed.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Http;
import dev.tokenguard.testbed.client.UnexpectedAnswerException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.stream.StreamSupport;

/**
 * The result of {@code /health/ready} of a Keycloak.
 *
 * @param check the check of Redis
 */
public record Readiness(int status, JsonNode check) {

  public static Readiness of(KeycloakServer keycloak) {
    URI uri = keycloak.managementUri().resolve("/health/ready");
    Answer answer = new Http().send(HttpRequest.newBuilder(uri));
    return StreamSupport.stream(answer.body().path("checks").spliterator(), false)
        .filter(check -> check.path("name").asText().equals("Token Guard Redis connection"))
        .findFirst()
        .map(check -> new Readiness(answer.status(), check))
        .orElseThrow(
            () -> new UnexpectedAnswerException("no check of Token Guard: " + answer.body()));
  }

  public boolean isUp() {
    return check.path("status").asText().equals("UP");
  }

  /** Redis responds and the breaker is closed. */
  public boolean seesRedis() {
    return redis().equals("reachable") && circuitBreaker().equals("closed");
  }

  public String redis() {
    return check.path("data").path("redis").asText();
  }

  public String circuitBreaker() {
    return check.path("data").path("circuit-breaker").asText();
  }
}
