package dev.tokenguard.keycloak.admin;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.keycloak.representations.idm.ErrorRepresentation;
import org.keycloak.services.ErrorResponse;
import org.keycloak.services.ErrorResponseException;

/** Error responses in the form of Keycloak's admin REST API. */
final class Problem {

  /** Pending revocations are retried every second, so a node notices the recovery by then. */
  private static final int RETRY_AFTER_SECONDS = 2;

  private Problem() {}

  static ErrorResponseException notFound(String message) {
    return ErrorResponse.error(message, Response.Status.NOT_FOUND);
  }

  static ErrorResponseException badRequest(@Nullable String message) {
    return ErrorResponse.error(message, Response.Status.BAD_REQUEST);
  }

  /** Not a 404, which a script that deletes would take for "already deleted". */
  static ErrorResponseException notConfigured() {
    return ErrorResponse.error(
        "Token Guard is inactive: spi-redis-connection--jedis--url is not set",
        Response.Status.SERVICE_UNAVAILABLE);
  }

  static ErrorResponseException redisUnavailable() {
    return new ErrorResponseException(retryLater("Redis is unavailable; try again later"));
  }

  /**
   * The revocation is committed in Keycloak and waits for Redis. A response, not an exception,
   * which would roll the admin event back.
   */
  static Response pending() {
    return retryLater(
        "Redis is unavailable. Keycloak has recorded the revocation and delivers it to Redis after"
            + " the outage; repeat the request to check");
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
