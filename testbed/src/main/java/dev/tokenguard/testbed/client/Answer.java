package dev.tokenguard.testbed.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;

/**
 * The response of an endpoint.
 *
 * @param body the JSON; a text node if the body is not JSON, a missing node if there is no body
 */
public record Answer(int status, HttpHeaders headers, JsonNode body) {

  static Answer of(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.headers(), Json.body(response.body()));
  }

  public boolean isOk() {
    return status >= 200 && status < 300;
  }

  /** The access token; empty if there is none. */
  public String accessToken() {
    return text("access_token");
  }

  /** The refresh token; empty if there is none. */
  public String refreshToken() {
    return text("refresh_token");
  }

  public String idToken() {
    return text("id_token");
  }

  /** The OAuth error code; empty if there is none. */
  public String error() {
    return text("error");
  }

  public String errorDescription() {
    return text("error_description");
  }

  /** A text property of the body; empty if it is absent. */
  public String text(String name) {
    return body.path(name).asText("");
  }

  /**
   * Returns this answer, if its status is 2xx.
   *
   * @throws UnexpectedAnswerException otherwise
   */
  public Answer orFail() {
    if (!isOk()) {
      throw new UnexpectedAnswerException("unexpected response " + status + ": " + body);
    }
    return this;
  }

  /** Keycloak answered with an error, or with another page than the one that was expected. */
  public static final class UnexpectedAnswerException extends RuntimeException {

    public UnexpectedAnswerException(String message) {
      super(message);
    }
  }
}
