package dev.tokenguard.keycloak.admin;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.keycloak.representations.idm.ErrorRepresentation;
import org.keycloak.services.ErrorResponse;
import org.keycloak.services.ErrorResponseException;

/** What an administrator reads when something cannot be done; in the form of Keycloak's errors. */
final class Problem {

  /** By then a node notices that Redis is back: pending revocations are tried every second. */
  private static final int RETRY_AFTER_SECONDS = 2;

  private Problem() {}

  static ErrorResponseException notFound(String message) {
    return ErrorResponse.error(message, Response.Status.NOT_FOUND);
  }

  static ErrorResponseException badRequest(String message) {
    return ErrorResponse.error(message, Response.Status.BAD_REQUEST);
  }

  /** Not a 404: a script that deletes would read that as "gone already". */
  static ErrorResponseException notConfigured() {
    return ErrorResponse.error(
        "Token Guard has no Redis: spi-redis-connection--jedis--url is not set",
        Response.Status.SERVICE_UNAVAILABLE);
  }

  static ErrorResponseException redisIsAway() {
    return new ErrorResponseException(retryLater("Redis does not answer; try again later"));
  }

  /**
   * Returned, not thrown: what was done in Keycloak stays done, and so does the admin event of it.
   */
  static Response isKept() {
    return retryLater(
        "Redis does not answer. The revocation is kept and reaches Redis as soon as it does; repeat"
            + " the request to be sure");
  }

  private static Response retryLater(String message) {
    ErrorRepresentation error = new ErrorRepresentation();
    error.setErrorMessage(message);
    return Response.status(Response.Status.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
        .type(MediaType.APPLICATION_JSON)
        .entity(error)
        .build();
  }
}
