package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.incident.RevokedTokenUseDetector;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.idm.ClientPoliciesRepresentation;
import org.keycloak.representations.idm.ClientProfilesRepresentation;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.ClientPolicyManager;

/** What of a realm's configuration names Token Guard. It must go before the JAR does. */
public final class ConfigurationResource {

  private static final String RESOURCE_TYPE = "TOKEN_GUARD_CONFIGURATION";

  private final AdminRequest request;

  ConfigurationResource(AdminRequest request) {
    this.request = request;
  }

  /**
   * What was taken out.
   *
   * @param policies names of policies that had no other profile
   * @param profiles names of profiles that had the executor; one with others keeps these
   * @param eventListener whether the realm had the listener
   */
  record TakenOut(List<String> policies, List<String> profiles, boolean eventListener) {}

  /** In one transaction, so no request meets a half of it. Needs no Redis. */
  @DELETE
  @Produces(MediaType.APPLICATION_JSON)
  public Response removeConfiguration() {
    request.permissions().realm().requireManageRealm();
    try {
      ClientPolicyManager manager = request.session().clientPolicy();
      ClientProfilesRepresentation profiles = manager.getClientProfiles(request.realm(), false);
      ClientPoliciesRepresentation policies = manager.getClientPolicies(request.realm(), false);
      ExecutorRemoval without = ExecutorRemoval.of(profiles, policies);
      if (!without.changedProfiles().isEmpty()) {
        // A policy must not name a profile that is not there, not even for a moment.
        manager.updateClientPolicies(request.realm(), policies);
        manager.updateClientProfiles(request.realm(), profiles);
      }
      TakenOut taken =
          new TakenOut(without.removedPolicies(), without.changedProfiles(), takeOutListener());
      request.changed(RESOURCE_TYPE, OperationType.DELETE);
      return Response.ok(taken).build();
    } catch (ClientPolicyException refused) {
      throw Problem.badRequest(refused.getErrorDetail());
    }
  }

  private boolean takeOutListener() {
    RealmModel realm = request.realm();
    Set<String> listeners =
        realm.getEventsListenersStream().collect(Collectors.toCollection(TreeSet::new));
    boolean had = listeners.remove(RevokedTokenUseDetector.LISTENER);
    if (had) {
      realm.setEventsListeners(listeners);
    }
    return had;
  }
}
