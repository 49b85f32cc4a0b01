package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.policy.PolicyContext;
import dev.tokenguard.keycloak.session.CommittedSessionReader;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.Trigger;
import dev.tokenguard.rotation.TokenPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Maps a user event to the revocations that it triggers. */
final class UserEventMapper {

  private final KeycloakSession session;
  private final RealmModel realm;

  UserEventMapper(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  List<RevocationEvent> map(Event event) {
    if (event.getUserId() == null) {
      return List.of();
    }
    return switch (event.getType()) {
      case LOGOUT ->
          event.getSessionId() == null
              ? List.of()
              : List.of(
                  RevocationEvent.inSession(
                      Trigger.LOGOUT, event.getUserId(), event.getSessionId(), SessionKind.ONLINE));
      case REVOKE_GRANT -> revokedGrant(event).stream().toList();
      case UPDATE_CREDENTIAL -> changedCredential(event).stream().toList();
      case REMOVE_CREDENTIAL -> List.of(byUser(Trigger.CREDENTIAL_REMOVED, event));
      case UPDATE_EMAIL, UPDATE_PROFILE -> changedProfile(event);
      case USER_DISABLED_BY_PERMANENT_LOCKOUT, USER_DISABLED_BY_TEMPORARY_LOCKOUT ->
          List.of(RevocationEvent.toUser(Trigger.USER_LOCKED_OUT, event.getUserId()));
      default -> List.of();
    };
  }

  /**
   * The revocation endpoint with a refresh token, whose event has a session; or the removal of a
   * consent in the account console, whose event has none.
   */
  private Optional<RevocationEvent> revokedGrant(Event event) {
    String revokedClient = details(event).get(Details.REVOKED_CLIENT);
    if (event.getSessionId() != null) {
      List<String> families =
          PolicyContext.revokedToken(session)
              .map(TokenPosition::family)
              .map(List::of)
              .orElse(List.of());
      return Optional.of(
          RevocationEvent.inClientSessions(
              Trigger.TOKEN_REVOCATION,
              event.getUserId(),
              event.getSessionId(),
              revokedClients(event)
                  .flatMap(name -> idOf(name).stream())
                  .map(id -> new ClientSession(event.getSessionId(), id))
                  .toList(),
              families));
    }
    // An access token needs nothing here: Keycloak adds it to the list of revoked tokens.
    return Optional.ofNullable(revokedClient)
        .flatMap(this::idOf)
        .map(
            id ->
                RevocationEvent.atClient(
                    Trigger.CONSENT_REVOKED,
                    event.getUserId(),
                    id,
                    CommittedSessionReader.ofUser(session, realm, event.getUserId())));
  }

  /** The client of the token, and the clients with tokens exchanged for it. */
  private static Stream<String> revokedClients(Event event) {
    String exchanged = details(event).get(Details.TOKEN_EXCHANGE_REVOKED_CLIENTS);
    Stream<String> others =
        exchanged == null ? Stream.empty() : Arrays.stream(exchanged.split(","));
    return Stream.concat(Stream.of(event.getClientId()), others);
  }

  /** An added credential revokes nothing; new recovery codes replace former ones. */
  private Optional<RevocationEvent> changedCredential(Event event) {
    String type = Objects.toString(details(event).get(Details.CREDENTIAL_TYPE), "");
    return switch (type) {
      case PasswordCredentialModel.TYPE -> Optional.of(byUser(Trigger.PASSWORD_CHANGED, event));
      case RecoveryAuthnCodesCredentialModel.TYPE ->
          hadRecoveryCodes(event.getUserId())
              ? Optional.of(byUser(Trigger.CREDENTIAL_REMOVED, event))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Read in a new transaction, because the current one contains the new codes. */
  private boolean hadRecoveryCodes(String userId) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> {
          UserModel before = own.users().getUserById(own.getContext().getRealm(), userId);
          return before != null
              && before.credentialManager().isConfiguredFor(RecoveryAuthnCodesCredentialModel.TYPE);
        });
  }

  private List<RevocationEvent> changedProfile(Event event) {
    List<RevocationEvent> events = new ArrayList<>();
    if (details(event).containsKey(Details.UPDATED_EMAIL)) {
      events.add(byUser(Trigger.EMAIL_CHANGED, event));
    }
    if (details(event).containsKey(Details.PREF_UPDATED + UserModel.USERNAME)) {
      events.add(byUser(Trigger.USERNAME_CHANGED, event));
    }
    return events;
  }

  /**
   * The session to exclude. In a login flow it has the id of the root authentication session, and
   * exists already if the user was logged in before.
   */
  private RevocationEvent byUser(Trigger trigger, Event event) {
    AuthenticationSessionModel flow = session.getContext().getAuthenticationSession();
    if (flow != null) {
      String own = flow.getParentSession().getId();
      boolean isNew = session.sessions().getUserSession(realm, own) == null;
      return RevocationEvent.byUser(trigger, event.getUserId(), Optional.of(own), isNew);
    }
    UserSessionModel userSession = session.getContext().getUserSession();
    return RevocationEvent.byUser(
        trigger,
        event.getUserId(),
        Optional.ofNullable(userSession).map(UserSessionModel::getId),
        false);
  }

  private Optional<String> idOf(String clientName) {
    return Optional.ofNullable(realm.getClientByClientId(clientName)).map(it -> it.getId());
  }

  private static Map<String, String> details(Event event) {
    return event.getDetails() == null ? Map.of() : event.getDetails();
  }
}
