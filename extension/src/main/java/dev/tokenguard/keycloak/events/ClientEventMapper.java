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
 * Maps what was changed at a client, and so for all who use it: by comparison with what is
 * committed, so whoever changes it is seen, administrators, client registration and import.
 */
final class ClientEventMapper {

  private final KeycloakSession session;
  private final RealmModel realm;

  ClientEventMapper(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /**
   * @param clientId the client's internal id
   * @param before what began or was issued before this second is meant, since the epoch
   */
  record ClientChange(Trigger trigger, String clientId, long before) {}

  /** Actions on the secret are no update of the client. */
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
    // A rotated secret that is taken away before its time counts, too.
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

  /** The state that is committed; empty when there is no such client. */
  Optional<State> committed(String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(), realm, own -> clientIn(own, id).map(State::of));
  }

  /** What changed since a state was committed, when another one is committed. */
  List<ClientChange> changedSince(State before, String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> clientIn(own, id).map(before::changesTo).orElse(List.of()));
  }

  /** Empty also in a realm that is being created. */
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

  /** A policy of the realm can keep the former secret valid for a while. */
  private static boolean isStillValid(String former, ClientModel client) {
    return former != null
        && former.equals(client.getAttribute(ClientSecretConstants.CLIENT_ROTATED_SECRET))
        && !OIDCClientSecretConfigWrapper.fromClientModel(client).isClientRotatedSecretExpired();
  }

  /** What is compared of a client. */
  record State(boolean isEnabled, String secret, int notBefore) {
    static State of(ClientModel client) {
      return new State(client.isEnabled(), client.getSecret(), client.getNotBefore());
    }

    private List<ClientChange> changesTo(ClientModel client) {
      return changes(this, client);
    }
  }
}
