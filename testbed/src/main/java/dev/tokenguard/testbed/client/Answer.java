package dev.tokenguard.testbed.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;

/**
 * What an endpoint answered.
 *
 * @param body the JSON; a text node where the body is something else, a missing node where there is
 *     none
 */
public record Answer(int status, HttpHeaders headers, JsonNode body) {

  static Answer of(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.headers(), Json.body(response.body()));
  }

  public boolean isOk() {
    return status >= 200 && status < 300;
  }

  /** The access token; empty when there is none. */
  public String accessToken() {
    return text("access_token");
  }

  /** The refresh token; empty when there is none. */
  public String refreshToken() {
    return text("refresh_token");
  }

  public String idToken() {
    return text("id_token");
  }

  /** The OAuth error code; empty when there is none. */
  public String error() {
    return text("error");
  }

  public String errorDescription() {
    return text("error_description");
  }

  /** A text of the body by its name; empty when it is absent. */
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
      throw new UnexpectedAnswerException("unexpected answer " + status + ": " + body);
    }
    return this;
  }
}
