package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Trigger;
import dev.tokenguard.keycloak.OwnTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Reads from an administrator's event what happened to a client, and so to all who use it. */
final class ClientHappenings {

  private final KeycloakSession session;
  private final RealmModel realm;

  ClientHappenings(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /**
   * @param clientId the client's internal id
   */
  record ToClient(Trigger trigger, String clientId) {}

  List<ToClient> in(AdminEvent event) {
    AdminPath path = AdminPath.of(event);
    if (event.getResourceType() != ResourceType.CLIENT || !path.isBelow("clients")) {
      return List.of();
    }
    String id = path.part(1);
    boolean isWhole = path.length() == 2;
    if (isWhole && event.getOperationType() == OperationType.DELETE) {
      return List.of(new ToClient(Trigger.CLIENT_DISABLED, id));
    }
    if (isWhole && event.getOperationType() == OperationType.UPDATE) {
      return updated(id);
    }
    // A rotated secret that is taken away before its time counts, too.
    return path.part(2).equals("client-secret")
        ? List.of(new ToClient(Trigger.CLIENT_SECRET_CHANGED, id))
        : List.of();
  }

  private List<ToClient> updated(String id) {
    ClientModel client = session.clients().getClientById(realm, id);
    if (client == null) {
      return List.of();
    }
    List<ToClient> happenings = new ArrayList<>();
    if (!client.isEnabled()) {
      happenings.add(new ToClient(Trigger.CLIENT_DISABLED, id));
    }
    // The console sends the secret with every update.
    if (!Objects.equals(client.getSecret(), secretBefore(id))) {
      happenings.add(new ToClient(Trigger.CLIENT_SECRET_CHANGED, id));
    }
    return happenings;
  }

  private String secretBefore(String id) {
    return OwnTransaction.in(
        session.getKeycloakSessionFactory(),
        realm,
        own -> {
          ClientModel before = own.clients().getClientById(own.getContext().getRealm(), id);
          return before == null ? null : before.getSecret();
        });
  }
}
