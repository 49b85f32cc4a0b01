package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

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
                  Trigger.ADMIN_LOGOUT, userId, before(own -> sessionsOf(own, userId))));
      case "reset-password" -> List.of(Happening.toUser(Trigger.PASSWORD_RESET, userId));
      case "credentials" ->
          path.length() == 4
              ? List.of(Happening.toUser(Trigger.CREDENTIAL_REMOVED, userId))
              : List.of();
      case "consents" ->
          Optional.ofNullable(realm.getClientByClientId(path.part(3)))
              .map(it -> Happening.atClient(Trigger.CONSENT_REVOKED, userId, it.getId()))
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
        before(own -> Names.of(own.users().getUserById(own.getContext().getRealm(), userId)));
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
    return Optional.ofNullable(before(own -> userOf(own, id)))
        .map(userId -> Happening.inSession(Trigger.LOGOUT, userId, id));
  }

  /** From the database, past the caches: who reads a session there may bring it back. */
  private static String userOf(KeycloakSession own, String sessionId) {
    UserSessionPersisterProvider persister = own.getProvider(UserSessionPersisterProvider.class);
    RealmModel realm = own.getContext().getRealm();
    for (boolean isOffline : new boolean[] {false, true}) {
      UserSessionModel found = persister.loadUserSession(realm, sessionId, isOffline);
      if (found != null && found.getUser() != null) {
        return found.getUser().getId();
      }
    }
    return null;
  }

  /** Likewise. Keycloak has ended the online ones; refreshes that race it must be told of each. */
  private static List<String> sessionsOf(KeycloakSession own, String userId) {
    RealmModel realm = own.getContext().getRealm();
    UserModel user = own.users().getUserById(realm, userId);
    UserSessionPersisterProvider persister = own.getProvider(UserSessionPersisterProvider.class);
    return user == null
        ? List.of()
        : List.copyOf(persister.findUserSessionsByUserId(realm, user, false).keySet());
  }

  private <T> T before(Function<KeycloakSession, T> reader) {
    return KeycloakModelUtils.runJobInTransactionWithResult(
        session.getKeycloakSessionFactory(),
        own -> {
          own.getContext().setRealm(own.realms().getRealm(realm.getId()));
          return reader.apply(own);
        });
  }

  private record Names(String username, String email) {
    static Names of(UserModel user) {
      return user == null ? new Names(null, null) : new Names(user.getUsername(), user.getEmail());
    }
  }
}
