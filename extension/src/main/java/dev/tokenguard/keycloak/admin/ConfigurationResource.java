package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.cookie.CookieExecutorFactory;
import dev.tokenguard.keycloak.events.RevocationListenerFactory;
import dev.tokenguard.keycloak.policy.RotationExecutorFactory;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.idm.ClientPoliciesRepresentation;
import org.keycloak.representations.idm.ClientPolicyRepresentation;
import org.keycloak.representations.idm.ClientProfileRepresentation;
import org.keycloak.representations.idm.ClientProfilesRepresentation;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.ClientPolicyManager;

/**
 * The executor and the event listener in the configuration of a realm. They must be removed before
 * the JAR: Keycloak answers requests of clients with a missing executor with a 500.
 */
public final class ConfigurationResource {

  private static final String RESOURCE_TYPE = "TOKEN_GUARD_CONFIGURATION";

  private static final Set<String> EXECUTORS =
      Set.of(RotationExecutorFactory.ID, CookieExecutorFactory.ID);

  private final AdminRequest request;

  ConfigurationResource(AdminRequest request) {
    this.request = request;
  }

  /**
   * The body of the response.
   *
   * @param policies names of the removed policies: those without another profile
   * @param profiles names of the profiles from which executors were removed; a profile without
   *     other executors is removed as well
   * @param eventListener whether the event listener was removed
   */
  record Removed(List<String> policies, List<String> profiles, boolean eventListener) {}

  /** Removes them in one transaction. Needs no Redis. */
  @DELETE
  @Produces(MediaType.APPLICATION_JSON)
  public Response removeConfiguration() {
    request.permissions().realm().requireManageRealm();
    try {
      ClientPolicyManager manager = request.session().clientPolicy();
      ClientProfilesRepresentation profiles = manager.getClientProfiles(request.realm(), false);
      ClientPoliciesRepresentation policies = manager.getClientPolicies(request.realm(), false);
      List<String> changed = removeExecutors(profiles);
      List<String> removed = removeMissingProfiles(policies, changed, names(profiles));
      if (!changed.isEmpty()) {
        // Policies first: none may name a profile that no longer exists.
        manager.updateClientPolicies(request.realm(), policies);
        manager.updateClientProfiles(request.realm(), profiles);
      }
      Removed body = new Removed(removed, changed, removeListener());
      request.changed(RESOURCE_TYPE, OperationType.DELETE);
      return Response.ok(body).build();
    } catch (ClientPolicyException refused) {
      throw AdminRequest.badRequest(refused.getErrorDetail());
    }
  }

  /**
   * @return names of the profiles that had an executor of Token Guard
   */
  private static List<String> removeExecutors(ClientProfilesRepresentation profiles) {
    List<ClientProfileRepresentation> kept = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (ClientProfileRepresentation profile : profiles.getProfiles()) {
      boolean isChanged =
          profile.getExecutors() != null
              && profile
                  .getExecutors()
                  .removeIf(it -> EXECUTORS.contains(it.getExecutorProviderId()));
      if (isChanged) {
        changed.add(profile.getName());
      }
      if (!isChanged || !profile.getExecutors().isEmpty()) {
        kept.add(profile);
      }
    }
    profiles.setProfiles(kept);
    return changed;
  }

  /**
   * @param changed names of the profiles that had an executor of Token Guard
   * @param existing names of all profiles that still exist
   * @return names of the policies that were removed
   */
  private static List<String> removeMissingProfiles(
      ClientPoliciesRepresentation policies, List<String> changed, Set<String> existing) {
    List<ClientPolicyRepresentation> kept = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    for (ClientPolicyRepresentation policy : policies.getPolicies()) {
      boolean isChanged =
          policy.getProfiles() != null
              && policy
                  .getProfiles()
                  .removeIf(name -> changed.contains(name) && !existing.contains(name));
      if (isChanged && policy.getProfiles().isEmpty()) {
        removed.add(policy.getName());
      } else {
        kept.add(policy);
      }
    }
    policies.setPolicies(kept);
    return removed;
  }

  private static Set<String> names(ClientProfilesRepresentation profiles) {
    return profiles.getProfiles().stream()
        .map(ClientProfileRepresentation::getName)
        .collect(Collectors.toSet());
  }

  private boolean removeListener() {
    RealmModel realm = request.realm();
    Set<String> listeners =
        realm.getEventsListenersStream().collect(Collectors.toCollection(TreeSet::new));
    boolean isRemoved = listeners.remove(RevocationListenerFactory.ID);
    if (isRemoved) {
      realm.setEventsListeners(listeners);
    }
    return isRemoved;
  }
}
