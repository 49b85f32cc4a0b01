package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Trigger;
import dev.tokenguard.keycloak.OwnTransaction;
import dev.tokenguard.keycloak.revocation.SessionsBefore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Reads from an administrator's event what happened to one user. What was before is read from the
 * database in a transaction of its own.
 */
final class AdminHappenings {

  private final KeycloakSession session;
  private final RealmModel realm;

  AdminHappenings(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  List<Happening> in(AdminEvent event) {
    if (event.getResourceType() == null) {
      return List.of();
    }
    AdminPath path = AdminPath.of(event);
    return switch (event.getResourceType()) {
      case USER -> ofUser(event, path);
      case USER_SESSION ->
          event.getOperationType() == OperationType.DELETE
              ? removedSession(path.part(1)).stream().toList()
              : List.of();
      case REALM_ROLE_MAPPING, CLIENT_ROLE_MAPPING, GROUP_MEMBERSHIP ->
          event.getOperationType() == OperationType.DELETE && path.isBelow("users")
              ? List.of(Happening.toUser(Trigger.PERMISSIONS_REDUCED, path.part(1)))
              : List.of();
      default -> List.of();
    };
  }

  private List<Happening> ofUser(AdminEvent event, AdminPath path) {
    if (!path.isBelow("users")) {
      return List.of();
    }
    String userId = path.part(1);
    if (event.getOperationType() == OperationType.UPDATE && path.length() == 2) {
      return updated(userId);
    }
    if (event.getOperationType() != OperationType.ACTION) {
      return List.of();
    }
    return switch (path.part(2)) {
      case "logout" ->
          List.of(
              Happening.toUser(
                  Trigger.ADMIN_LOGOUT, userId, SessionsBefore.ofUser(session, realm, userId)));
      case "reset-password" -> List.of(Happening.toUser(Trigger.PASSWORD_RESET, userId));
      case "credentials" ->
          path.length() == 4
              ? List.of(Happening.toUser(Trigger.CREDENTIAL_REMOVED, userId))
              : List.of();
      case "consents" ->
          Optional.ofNullable(realm.getClientByClientId(path.part(3)))
              .map(
                  it ->
                      Happening.atClient(
                          Trigger.CONSENT_REVOKED,
                          userId,
                          it.getId(),
                          SessionsBefore.ofUser(session, realm, userId)))
              .stream()
              .toList();
      default -> List.of();
    };
  }

  private List<Happening> updated(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    if (user == null) {
      return List.of();
    }
    Names before =
        OwnTransaction.in(
            session.getKeycloakSessionFactory(),
            realm,
            own -> Names.of(own.users().getUserById(own.getContext().getRealm(), userId)));
    Names now = Names.of(user);
    List<Happening> happenings = new ArrayList<>();
    if (!user.isEnabled()) {
      happenings.add(Happening.toUser(Trigger.USER_DISABLED, userId));
    }
    if (!Objects.equals(before.email(), now.email())) {
      happenings.add(Happening.toUser(Trigger.EMAIL_CHANGED, userId));
    }
    if (!Objects.equals(before.username(), now.username())) {
      happenings.add(Happening.toUser(Trigger.USERNAME_CHANGED, userId));
    }
    return happenings;
  }

  /** The event does not tell whose session it was. */
  private Optional<Happening> removedSession(String id) {
    return Optional.ofNullable(SessionsBefore.userOf(session, realm, id))
        .map(userId -> Happening.inSession(Trigger.LOGOUT, userId, id));
  }

  private record Names(String username, String email) {
    static Names of(UserModel user) {
      return user == null ? new Names(null, null) : new Names(user.getUsername(), user.getEmail());
    }
  }
}
