package dev.tokenguard.gateway.token;

import java.util.Locale;
import java.util.Map;

/**
 * The answer to a gateway, in the terms of HTTP.
 *
 * @param status 200, or the status of the response that the gateway sends to the client
 * @param headers for the request to the API if the status is 200, otherwise for the response
 */
public record Decision(Outcome outcome, int status, Map<String, String> headers) {

  /** The kinds of decisions, as metrics and the log name them. */
  public enum Outcome {
    ACCEPTED,
    /** Redis is unavailable, and the setting is to accept. */
    ACCEPTED_UNCHECKED,
    NO_TOKEN,
    INVALID_REQUEST,
    INVALID_TOKEN,
    EXPIRED,
    REVOKED,
    INSUFFICIENT_SCOPE,
    /** Redis is unavailable, and the setting is to refuse. */
    REVOCATION_UNKNOWN,
    /** The key of the token is not known, and the JWK Set cannot be read now. */
    KEYS_UNAVAILABLE,
    TIMED_OUT,
    /** A defect of this service; the log has it. */
    FAILED,
    OVERLOADED;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

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

  public boolean isAccepted() {
    return status == 200;
  }
}
