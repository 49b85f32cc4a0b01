package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.ErrorRepresentation;
import org.keycloak.services.ErrorResponse;
import org.keycloak.services.ErrorResponseException;
import org.keycloak.services.resources.admin.AdminAuth;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * A request of an administrator: its realm, the permissions of the administrator, and the error
 * responses, which have the form of those of Keycloak's admin REST API.
 */
record AdminRequest(
    KeycloakSession session,
    RealmModel realm,
    AdminPermissionEvaluator permissions,
    AdminEventBuilder event) {

  /** Pending revocations are retried every second, so a node notices the recovery by then. */
  private static final int RETRY_AFTER_SECONDS = 2;

  /**
   * A user of the realm. As in Keycloak, 404 shows that a user does not exist only to
   * administrators who may query users; others get 403.
   */
  UserModel user(String id) {
    UserModel user = session.users().getUserById(realm, id);
    if (user != null && !isAdministratorOfAnotherRealm(user)) {
      return user;
    }
    if (permissions.users().canQuery()) {
      throw notFound("User not found");
    }
    throw new ForbiddenException();
  }

  /** Keycloak 26.7.3 caches the administrator, and finds that user by id in every realm. */
  private boolean isAdministratorOfAnotherRealm(UserModel user) {
    AdminAuth administrator = permissions.adminAuth();
    return administrator.getUser() != null
        && administrator.getUser().getId().equals(user.getId())
        && !administrator.getRealm().getId().equals(realm.getId());
  }

  FamilyStore families() {
    return RedisConnection.familiesOf(session).orElseThrow(AdminRequest::notConfigured);
  }

  RevocationList blacklist() {
    return RedisConnection.blacklistOf(session).orElseThrow(AdminRequest::notConfigured);
  }

  IncidentLog incidents() {
    return RedisConnection.incidentsOf(session).orElseThrow(AdminRequest::notConfigured);
  }

  /** The result of a query to Redis; 503 during an outage. */
  <T> T fromRedis(Supplier<T> query) {
    try {
      return query.get();
    } catch (StoreUnavailableException unavailable) {
      throw redisUnavailable();
    }
  }

  /** A parameter after its check by {@link RequestParameters}; 400 if it is not accepted. */
  static <T> T valid(Supplier<T> parameter) {
    try {
      return parameter.get();
    } catch (IllegalArgumentException refused) {
      throw badRequest(refused.getMessage());
    }
  }

  /** Writes the admin event of a change, with the path of this request. */
  void changed(String resourceType, OperationType operation) {
    event
        .resource(resourceType)
        .operation(operation)
        .resourcePath(session.getContext().getUri())
        .success();
  }

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
