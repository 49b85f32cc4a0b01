package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.events.AdminEventMapper.Path;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.component.ComponentModel;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSecretConstants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCClientSecretConfigWrapper;

/**
 * Maps changes of a realm, a client or a user federation to revocations for many users. They are
 * compared with their committed state, so changes of a client by administrators, client
 * registration and import are found alike.
 */
final class BulkEventMapper {

  /** The component type of user federations: the name of their provider class. */
  private static final String USER_FEDERATION = "org.keycloak.storage.UserStorageProvider";

  private final KeycloakSession session;
  private final RealmModel realm;

  BulkEventMapper(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /**
   * A change that triggers a revocation for many users.
   *
   * @param scope the scope of the trigger with which it does
   */
  record BulkEvent(Trigger trigger, RevocationScope scope, BulkRevocation revocation) {}

  List<BulkEvent> map(AdminEvent event) {
    if (event.getResourceType() == null) {
      return List.of();
    }
    Path path = Path.of(event, session);
    return switch (event.getResourceType()) {
      case REALM -> ofRealm(event);
      case CLIENT -> path.isBelow("clients") ? ofClient(event, path) : List.of();
      case COMPONENT, USER_FEDERATION_PROVIDER -> ofFederation(event, path).stream().toList();
      default -> List.of();
    };
  }

  private List<BulkEvent> ofRealm(AdminEvent event) {
    if ("logout-all".equals(event.getResourcePath())) {
      return List.of(
          event(Trigger.REALM_LOGOUT, RevocationScope.REALM, Kind.REALM, "", Time.currentTime()));
    }
    int before =
        Transactions.inNewTransaction(
            session.getKeycloakSessionFactory(),
            realm,
            // A realm that is being created is not committed.
            own ->
                Optional.ofNullable(own.getContext().getRealm())
                    .map(RealmModel::getNotBefore)
                    .orElse(Integer.MAX_VALUE));
    return realm.getNotBefore() > before
        ? List.of(
            event(
                Trigger.NOT_BEFORE,
                RevocationScope.TOKENS,
                Kind.REALM_NOT_BEFORE,
                "",
                realm.getNotBefore()))
        : List.of();
  }

  /** Keycloak deletes the users of a federation in one statement, without an event for each. */
  private Optional<BulkEvent> ofFederation(AdminEvent event, Path path) {
    String id = path.part(1);
    if (path.isBelow("components") && event.getOperationType() == OperationType.DELETE
        || path.part(2).equals("remove-imported-users")) {
      return wasFederation(id)
          ? Optional.of(ofFederation(Trigger.USER_DELETED, id))
          : Optional.empty();
    }
    return path.isBelow("components")
            && path.length() == 2
            && event.getOperationType() == OperationType.UPDATE
            && isDisabledFederation(realm.getComponent(id))
        ? Optional.of(ofFederation(Trigger.USER_DISABLED, id))
        : Optional.empty();
  }

  private BulkEvent ofFederation(Trigger trigger, String id) {
    return event(trigger, RevocationScope.USER, Kind.FEDERATION, id, Time.currentTime());
  }

  private boolean wasFederation(String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> isFederation(own.getContext().getRealm().getComponent(id)));
  }

  private static boolean isFederation(ComponentModel component) {
    return component != null && USER_FEDERATION.equals(component.getProviderType());
  }

  private static boolean isDisabledFederation(ComponentModel component) {
    return isFederation(component) && !component.get("enabled", true);
  }

  /** Updates, deletions, and actions on the secret, which are no updates of the client. */
  private List<BulkEvent> ofClient(AdminEvent event, Path path) {
    String id = path.part(1);
    if (path.length() == 2 && event.getOperationType() == OperationType.DELETE) {
      return List.of(removedClient(id));
    }
    ClientModel client = session.clients().getClientById(realm, id);
    if (client == null) {
      return List.of();
    }
    // An administrator invalidated the rotated secret before it expired.
    return path.part(2).equals("client-secret") && path.part(3).equals("rotated")
        ? List.of(ofClient(Trigger.CLIENT_SECRET_CHANGED, id))
        : committed(id).map(before -> changes(before, client)).orElse(List.of());
  }

  BulkEvent removedClient(String id) {
    return ofClient(Trigger.CLIENT_DISABLED, id);
  }

  private BulkEvent ofClient(Trigger trigger, String id) {
    return event(trigger, RevocationScope.CLIENT, Kind.CLIENT, id, Time.currentTime());
  }

  /** The committed state; empty if the client does not exist. */
  Optional<Client> committed(String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(), realm, own -> clientIn(own, id).map(Client::of));
  }

  /** The changes from an earlier committed state to the current one. */
  List<BulkEvent> changedSince(Client before, String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> clientIn(own, id).map(now -> changes(before, now)).orElse(List.of()));
  }

  /** Empty, too, in a realm whose creation is not committed. */
  private static Optional<ClientModel> clientIn(KeycloakSession own, String id) {
    return Optional.ofNullable(own.getContext().getRealm())
        .map(ownRealm -> own.clients().getClientById(ownRealm, id));
  }

  private List<BulkEvent> changes(Client before, ClientModel client) {
    String id = client.getId();
    Client now = Client.of(client);
    List<BulkEvent> changes = new ArrayList<>();
    if (before.isEnabled() && !now.isEnabled()) {
      changes.add(ofClient(Trigger.CLIENT_DISABLED, id));
    }
    if (!Objects.equals(before.secret(), now.secret()) && !isStillValid(before.secret(), client)) {
      changes.add(ofClient(Trigger.CLIENT_SECRET_CHANGED, id));
    }
    if (now.notBefore() > before.notBefore()) {
      changes.add(
          event(
              Trigger.NOT_BEFORE,
              RevocationScope.TOKENS,
              Kind.CLIENT_NOT_BEFORE,
              id,
              now.notBefore()));
    }
    return changes;
  }

  /** With secret rotation, a policy of the realm keeps the former secret valid for a period. */
  private static boolean isStillValid(String former, ClientModel client) {
    return former != null
        && former.equals(client.getAttribute(ClientSecretConstants.CLIENT_ROTATED_SECRET))
        && !OIDCClientSecretConfigWrapper.fromClientModel(client).isClientRotatedSecretExpired();
  }

  /** Of a time in the future, only the tokens issued up to now are revoked. */
  private BulkEvent event(
      Trigger trigger, RevocationScope scope, Kind kind, String id, long before) {
    long decided = Math.min(before, Time.currentTime());
    return new BulkEvent(
        trigger, scope, new BulkRevocation(realm.getId(), trigger.reason(), kind, id, decided));
  }

  /** The compared properties of a client. */
  record Client(boolean isEnabled, String secret, int notBefore) {
    private static Client of(ClientModel client) {
      return new Client(client.isEnabled(), client.getSecret(), client.getNotBefore());
    }
  }
}
