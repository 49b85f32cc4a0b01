package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.Blacklist;
import dev.tokenguard.revocation.IncidentLog;
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

/** An administrator's request: the realm that it is about, and what the administrator may do. */
record AdminRequest(
    KeycloakSession session,
    RealmModel realm,
    AdminPermissionEvaluator permissions,
    AdminEventBuilder event) {

  /** Only those who may look for users learn whether there is such a user, as in Keycloak. */
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

  /** Keycloak 26.7.3 has the administrator at hand, and finds that user in whatever realm. */
  private boolean isAdministratorOfAnotherRealm(UserModel user) {
    AdminAuth administrator = permissions.adminAuth();
    return administrator.getUser() != null
        && administrator.getUser().getId().equals(user.getId())
        && !administrator.getRealm().getId().equals(realm.getId());
  }

  FamilyStore families() {
    return RedisConnection.familiesOf(session).orElseThrow(Problem::notConfigured);
  }

  Blacklist blacklist() {
    return RedisConnection.blacklistOf(session).orElseThrow(Problem::notConfigured);
  }

  IncidentLog incidents() {
    return RedisConnection.incidentsOf(session).orElseThrow(Problem::notConfigured);
  }

  /** What Redis answers; an outage is reported to the administrator. */
  <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (StoreUnavailableException unavailable) {
      throw Problem.redisIsAway();
    }
  }

  /** Writes the admin event of a change, under the path of this request. */
  void changed(String resourceType, OperationType operation) {
    event
        .resource(resourceType)
        .operation(operation)
        .resourcePath(session.getContext().getUri())
        .success();
  }
}
