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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.Constants;
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
 * A request of an administrator: its realm and parameters, the permissions of the administrator,
 * and the error responses, which have the form of those of Keycloak's admin REST API.
 */
record AdminRequest(
    KeycloakSession session,
    RealmModel realm,
    AdminPermissionEvaluator permissions,
    AdminEventBuilder event) {

  /** Pending revocations are retried every second, so a node notices the recovery by then. */
  private static final int RETRY_AFTER_SECONDS = 2;

  /** Ten years: longer than any token, and shorter than a time in milliseconds read as seconds. */
  static final long MAX_SECONDS = 10L * 365 * 24 * 3600;

  private static final String EXPIRES_AT = "expiresAt";
  private static final String LIFESPAN = "lifespan";

  /**
   * A UUID or the like; the id of an access token has a prefix. At most one colon: pending
   * revocations are stored in Keycloak's list under keys with several, and no request may write
   * such a key.
   */
  private static final Pattern ID =
      Pattern.compile("[A-Za-z0-9._~-]{1,64}(:[A-Za-z0-9._~-]{1,128})?");

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

  /** A parameter after its check, for example by {@link #id}; 400 if it is not accepted. */
  static <T> T valid(Supplier<T> parameter) {
    try {
      return parameter.get();
    } catch (IllegalArgumentException refused) {
      throw badRequest(refused.getMessage());
    }
  }

  /**
   * The id of a token, a session or a family from a path.
   *
   * @throws IllegalArgumentException with a message for the administrator
   */
  static String id(String name, String given) {
    if (ID.matcher(given).matches()) {
      return given;
    }
    throw new IllegalArgumentException(
        name
            + ": 1 to 64 letters, digits or ._~-, optionally followed by a colon and 1 to 128"
            + " more of them");
  }

  /**
   * When an entry of the blacklist expires.
   *
   * @param body either {@code expiresAt}, the {@code exp} of the token in seconds since the epoch,
   *     or {@code lifespan} in seconds from now
   * @param now seconds since the epoch
   * @return seconds since the epoch
   * @throws IllegalArgumentException with a message for the administrator
   */
  static long expiry(Map<String, ?> body, long now) {
    Set<String> unknown = new TreeSet<>(body.keySet());
    unknown.removeAll(Set.of(EXPIRES_AT, LIFESPAN));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + String.join(", ", unknown));
    }
    if (body.size() != 1) {
      throw new IllegalArgumentException(
          "give " + EXPIRES_AT + " or " + LIFESPAN + ", in seconds, and not both");
    }
    return body.containsKey(LIFESPAN)
        ? now + seconds(body, LIFESPAN, 1, MAX_SECONDS)
        : seconds(body, EXPIRES_AT, now + 1, now + MAX_SECONDS);
  }

  private static long seconds(Map<String, ?> body, String name, long min, long max) {
    if (body.get(name) instanceof Number number
        && number.doubleValue() == number.longValue()
        && number.longValue() >= min
        && number.longValue() <= max) {
      return number.longValue();
    }
    throw new IllegalArgumentException(name + ": " + min + " to " + max + " seconds");
  }

  /**
   * A part of a list, as in Keycloak's admin REST API.
   *
   * @param first the number of elements before it
   * @param max the largest number of elements in it
   */
  record Page(int first, int max) {

    /** A parameter that is missing (null) or negative has its default: 0 and 100. */
    static Page of(Integer first, Integer max) {
      return new Page(
          first == null || first < 0 ? 0 : first,
          max == null || max < 0 ? Constants.DEFAULT_MAX_RESULTS : max);
    }

    <T> List<T> in(List<T> all) {
      return all.stream().skip(first).limit(max).toList();
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
            + " the outage; repeat the request then");
  }

  /** The family is revoked, but not all of its dependents, which no outbox retries. */
  static Response incomplete() {
    return retryLater(
        "The family is revoked, but not all that was issued for it by token exchange; repeat the"
            + " request");
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
