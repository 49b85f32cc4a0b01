package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import jakarta.ws.rs.ForbiddenException;
import java.util.function.Supplier;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.resources.admin.AdminAuth;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** A request of an administrator: its realm, and the permissions of the administrator. */
record AdminRequest(
    KeycloakSession session,
    RealmModel realm,
    AdminPermissionEvaluator permissions,
    AdminEventBuilder event) {

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
      throw Problem.notFound("User not found");
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
    return RedisConnection.familiesOf(session).orElseThrow(Problem::notConfigured);
  }

  RevocationList blacklist() {
    return RedisConnection.blacklistOf(session).orElseThrow(Problem::notConfigured);
  }

  IncidentLog incidents() {
    return RedisConnection.incidentsOf(session).orElseThrow(Problem::notConfigured);
  }

  /** The result of a query to Redis; 503 during an outage. */
  <T> T fromRedis(Supplier<T> query) {
    try {
      return query.get();
    } catch (StoreUnavailableException unavailable) {
      throw Problem.redisUnavailable();
    }
  }

  /** A parameter after its check by {@link RequestParameters}; 400 if it is not accepted. */
  static <T> T valid(Supplier<T> parameter) {
    try {
      return parameter.get();
    } catch (IllegalArgumentException refused) {
      throw Problem.badRequest(refused.getMessage());
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
}
