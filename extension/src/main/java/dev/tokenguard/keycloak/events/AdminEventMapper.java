package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.session.CommittedSessionReader;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.Trigger;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.representations.idm.UserRepresentation;
import org.keycloak.util.JsonSerialization;

/**
 * Maps an admin event to the revocations for one user. An update is compared with the committed
 * state, which is read in a new transaction.
 */
final class AdminEventMapper {

  private final KeycloakSession session;
  private final RealmModel realm;

  AdminEventMapper(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  List<RevocationEvent> map(AdminEvent event) {
    if (event.getResourceType() == null) {
      return List.of();
    }
    Path path = Path.of(event, session);
    return switch (event.getResourceType()) {
      case USER -> ofUser(event, path);
      case USER_SESSION ->
          event.getOperationType() == OperationType.DELETE
              ? removedSession(path.part(1)).stream().toList()
              : List.of();
      case REALM_ROLE_MAPPING, CLIENT_ROLE_MAPPING, GROUP_MEMBERSHIP ->
          event.getOperationType() == OperationType.DELETE && path.isBelow("users")
              ? List.of(RevocationEvent.toUser(Trigger.PERMISSIONS_REDUCED, path.part(1)))
              : List.of();
      default -> List.of();
    };
  }

  private List<RevocationEvent> ofUser(AdminEvent event, Path path) {
    if (!path.isBelow("users")) {
      return List.of();
    }
    String userId = path.part(1);
    if (event.getOperationType() == OperationType.UPDATE && path.length() == 2) {
      return updated(userId, event);
    }
    if (event.getOperationType() != OperationType.ACTION) {
      return List.of();
    }
    return switch (path.part(2)) {
      case "logout" ->
          List.of(
              RevocationEvent.toUser(
                  Trigger.ADMIN_LOGOUT,
                  userId,
                  CommittedSessionReader.ofUser(session, realm, userId)));
      case "reset-password" -> List.of(RevocationEvent.toUser(Trigger.PASSWORD_RESET, userId));
      case "credentials" ->
          path.length() == 4
              ? List.of(RevocationEvent.toUser(Trigger.CREDENTIAL_REMOVED, userId))
              : List.of();
      case "consents" ->
          Optional.ofNullable(realm.getClientByClientId(path.part(3)))
              .map(
                  it ->
                      RevocationEvent.atClient(
                          Trigger.CONSENT_REVOKED,
                          userId,
                          it.getId(),
                          CommittedSessionReader.ofUser(session, realm, userId)))
              .stream()
              .toList();
      default -> List.of();
    };
  }

  private List<RevocationEvent> updated(String userId, AdminEvent event) {
    UserModel user = session.users().getUserById(realm, userId);
    if (user == null) {
      return List.of();
    }
    State before =
        Transactions.inNewTransaction(
            session.getKeycloakSessionFactory(),
            realm,
            own -> State.of(own.users().getUserById(own.getContext().getRealm(), userId)));
    State now = State.of(user);
    List<RevocationEvent> events = new ArrayList<>();
    if (!user.isEnabled()) {
      events.add(RevocationEvent.toUser(Trigger.USER_DISABLED, userId));
    }
    if (!before.passwords().equals(now.passwords()) || hasPassword(event)) {
      events.add(RevocationEvent.toUser(Trigger.PASSWORD_RESET, userId));
    }
    if (!Objects.equals(before.email(), now.email())) {
      events.add(RevocationEvent.toUser(Trigger.EMAIL_CHANGED, userId));
    }
    if (!Objects.equals(before.username(), now.username())) {
      events.add(RevocationEvent.toUser(Trigger.USERNAME_CHANGED, userId));
    }
    return events;
  }

  /** Needed for a password that Keycloak does not store but writes to a user federation. */
  private static boolean hasPassword(AdminEvent event) {
    try {
      UserRepresentation given =
          event.getRepresentation() == null
              ? null
              : JsonSerialization.readValue(event.getRepresentation(), UserRepresentation.class);
      return given != null
          && given.getCredentials() != null
          && given.getCredentials().stream()
              .anyMatch(it -> CredentialRepresentation.PASSWORD.equals(it.getType()));
    } catch (IOException unreadable) {
      return false;
    }
  }

  /**
   * The event contains neither the user nor whether the online, the offline or both sessions of
   * this id were removed.
   */
  private Optional<RevocationEvent> removedSession(String id) {
    return CommittedSessionReader.find(session, realm, id)
        .flatMap(before -> removedSession(id, before));
  }

  private Optional<RevocationEvent> removedSession(String id, CommittedSessionReader.Found before) {
    boolean isOnline = before.isOnline() && session.sessions().getUserSession(realm, id) == null;
    boolean isOffline =
        before.isOffline() && session.sessions().getOfflineUserSession(realm, id) == null;
    if (!isOnline && !isOffline) {
      return Optional.empty();
    }
    SessionKind kind =
        isOnline && isOffline
            ? SessionKind.BOTH
            : isOnline ? SessionKind.ONLINE : SessionKind.OFFLINE;
    return Optional.of(RevocationEvent.inSession(Trigger.LOGOUT, before.userId(), id, kind));
  }

  /** The compared properties of a user. */
  private record State(@Nullable String username, @Nullable String email, List<String> passwords) {
    static State of(UserModel user) {
      return user == null
          ? new State(null, null, List.of())
          : new State(user.getUsername(), user.getEmail(), passwords(user));
    }

    /** With time and hash, so that the same password set again differs. */
    private static List<String> passwords(UserModel user) {
      try (Stream<CredentialModel> stored =
          user.credentialManager().getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE)) {
        return stored
            .map(it -> it.getId() + " " + it.getCreatedDate() + " " + it.getSecretData())
            .toList();
      }
    }
  }

  /**
   * The resource path of an admin event, such as {@code users/4711/logout}.
   *
   * <p>The path in the event is decoded, so a slash within an id looks like a separator. Therefore
   * the parts are taken from the URL of the request, where it is encoded.
   */
  record Path(List<String> parts) {

    private static final String REALMS = "/realms/";

    /**
     * @param session of the request that the event belongs to
     */
    static Path of(AdminEvent event, KeycloakSession session) {
      String path = event.getResourcePath();
      if (path == null) {
        return new Path(List.of());
      }
      List<String> requested = requested(session);
      return new Path(String.join("/", requested).equals(path) ? requested : split(path));
    }

    private static List<String> requested(KeycloakSession session) {
      try {
        String raw = session.getContext().getUri().getRequestUri().getRawPath();
        int realm = raw.indexOf(REALMS);
        int below = raw.indexOf('/', realm + REALMS.length());
        return realm < 0 || below < 0
            ? List.of()
            : split(raw.substring(below + 1)).stream().map(Path::decoded).toList();
      } catch (RuntimeException noRequest) {
        return List.of();
      }
    }

    private static List<String> split(String path) {
      return Arrays.stream(path.split("/")).toList();
    }

    /** Unlike in a query, a plus sign in a path is no space. */
    private static String decoded(String part) {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    boolean isBelow(String collection) {
      return length() > 1 && part(0).equals(collection);
    }

    int length() {
      return parts.size();
    }

    /** Empty if the path has fewer parts. */
    String part(int index) {
      return index < parts.size() ? parts.get(index) : "";
    }
  }
}
