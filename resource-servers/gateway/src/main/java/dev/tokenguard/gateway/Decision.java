package dev.tokenguard.gateway;

import java.util.Map;

/**
 * The answer to a gateway, in the terms of HTTP.
 *
 * @param status 200, or the status of the response that the gateway sends to the client
 * @param headers for the request to the API if the status is 200, otherwise for the response
 */
record Decision(Outcome outcome, int status, Map<String, String> headers) {

  private static final String RETRY_AFTER = "Retry-After";
  private static final String CHALLENGE = "WWW-Authenticate";

  static Decision accepted(boolean isChecked, Map<String, String> headersOfRequest) {
    return new Decision(
        isChecked ? Outcome.ACCEPTED : Outcome.ACCEPTED_UNCHECKED, 200, headersOfRequest);
  }

  static Decision challenged(Outcome outcome, int status, String challenge) {
    return new Decision(outcome, status, Map.of(CHALLENGE, challenge));
  }

  /** Not a failure of the token, which the client must keep: no challenge. */
  static Decision unavailable(Outcome outcome) {
    return new Decision(outcome, 503, Map.of(RETRY_AFTER, "1"));
  }

  boolean isAccepted() {
    return status == 200;
  }
}
