package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSecretConstants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCClientSecretConfigWrapper;

/**
 * Maps changes of a client to revocations for all its users. The client is compared with its
 * committed state, so changes by administrators, client registration and import are found alike.
 */
final class ClientEventMapper {

  private final KeycloakSession session;
  private final RealmModel realm;

  ClientEventMapper(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /**
   * @param clientId the internal id of the client
   * @param before sessions and tokens from before this second since the epoch are revoked
   */
  record ClientChange(Trigger trigger, String clientId, long before) {}

  /** Updates, deletions, and actions on the secret, which are no updates of the client. */
  List<ClientChange> map(AdminEvent event) {
    AdminResourcePath path = AdminResourcePath.of(event, session);
    if (event.getResourceType() != ResourceType.CLIENT || !path.isBelow("clients")) {
      return List.of();
    }
    String id = path.part(1);
    if (path.length() == 2 && event.getOperationType() == OperationType.DELETE) {
      return List.of(removed(id));
    }
    ClientModel client = session.clients().getClientById(realm, id);
    if (client == null) {
      return List.of();
    }
    // An administrator invalidated the rotated secret before it expired.
    return path.part(2).equals("client-secret") && path.part(3).equals("rotated")
        ? List.of(new ClientChange(Trigger.CLIENT_SECRET_CHANGED, id, Time.currentTime()))
        : changed(client);
  }

  ClientChange removed(String id) {
    return new ClientChange(Trigger.CLIENT_DISABLED, id, Time.currentTime());
  }

  private List<ClientChange> changed(ClientModel client) {
    return committed(client.getId()).map(before -> before.changesTo(client)).orElse(List.of());
  }

  /** The committed state; empty if the client does not exist. */
  Optional<State> committed(String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(), realm, own -> clientIn(own, id).map(State::of));
  }

  /** The changes from an earlier committed state to the current one. */
  List<ClientChange> changedSince(State before, String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> clientIn(own, id).map(before::changesTo).orElse(List.of()));
  }

  /** Empty, too, in a realm whose creation is not committed. */
  private static Optional<ClientModel> clientIn(KeycloakSession own, String id) {
    return Optional.ofNullable(own.getContext().getRealm())
        .map(ownRealm -> own.clients().getClientById(ownRealm, id));
  }

  private static List<ClientChange> changes(State before, ClientModel client) {
    String id = client.getId();
    State now = State.of(client);
    List<ClientChange> changes = new ArrayList<>();
    if (before.isEnabled() && !now.isEnabled()) {
      changes.add(new ClientChange(Trigger.CLIENT_DISABLED, id, Time.currentTime()));
    }
    if (!Objects.equals(before.secret(), now.secret()) && !isStillValid(before.secret(), client)) {
      changes.add(new ClientChange(Trigger.CLIENT_SECRET_CHANGED, id, Time.currentTime()));
    }
    if (now.notBefore() > before.notBefore()) {
      changes.add(new ClientChange(Trigger.NOT_BEFORE, id, now.notBefore()));
    }
    return changes;
  }

  /** With secret rotation, a policy of the realm keeps the former secret valid for a period. */
  private static boolean isStillValid(String former, ClientModel client) {
    return former != null
        && former.equals(client.getAttribute(ClientSecretConstants.CLIENT_ROTATED_SECRET))
        && !OIDCClientSecretConfigWrapper.fromClientModel(client).isClientRotatedSecretExpired();
  }

  /** The compared properties of a client. */
  record State(boolean isEnabled, String secret, int notBefore) {
    static State of(ClientModel client) {
      return new State(client.isEnabled(), client.getSecret(), client.getNotBefore());
    }

    private List<ClientChange> changesTo(ClientModel client) {
      return changes(this, client);
    }
  }
}
