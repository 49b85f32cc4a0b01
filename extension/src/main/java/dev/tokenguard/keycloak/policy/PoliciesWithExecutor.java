package dev.tokenguard.keycloak.policy;

import jakarta.ws.rs.core.MultivaluedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.idm.ClientPoliciesRepresentation;
import org.keycloak.representations.idm.ClientPolicyConditionConfigurationRepresentation;
import org.keycloak.representations.idm.ClientPolicyConditionRepresentation;
import org.keycloak.representations.idm.ClientPolicyRepresentation;
import org.keycloak.representations.idm.ClientProfilesRepresentation;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.ClientPolicyVote;
import org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProvider;
import org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProviderFactory;
import org.keycloak.services.clientpolicy.context.TokenRefreshContext;
import org.keycloak.util.JsonSerialization;

/**
 * The enabled policies of a realm with the executor, for code that runs outside of a policy event.
 */
public final class PoliciesWithExecutor {

  private static final Logger LOG = Logger.getLogger(PoliciesWithExecutor.class);

  /** Conditions whose vote depends on the client only, not on the request. */
  private static final Set<String> BY_CLIENT =
      Set.of("any-client", "client-access-type", "client-attributes", "client-roles");

  private final KeycloakSession session;
  private final ClientModel client;

  public PoliciesWithExecutor(KeycloakSession session, ClientModel client) {
    this.session = session;
    this.client = client;
  }

  /**
   * Names of the policies that apply to the client in some request. Conditions on the request count
   * as met. Parses the policies of the realm, so it is not for every refresh.
   *
   * @return empty if the policies cannot be read
   */
  public Set<String> named() {
    RealmModel realm = session.getContext().getRealm();
    try {
      Set<String> profiles = profilesIn(session.clientPolicy().getClientProfiles(realm, true));
      ClientPoliciesRepresentation policies = session.clientPolicy().getClientPolicies(realm, true);
      return policies.getPolicies().stream()
          .filter(ClientPolicyRepresentation::isEnabled)
          .filter(policy -> policy.getProfiles().stream().anyMatch(profiles::contains))
          .filter(this::mayApply)
          .map(ClientPolicyRepresentation::getName)
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (ClientPolicyException | RuntimeException unreadable) {
      LOG.debug("The policies of the realm cannot be read", unreadable);
      return Set.of();
    }
  }

  private static Set<String> profilesIn(ClientProfilesRepresentation profiles) {
    return Stream.concat(
            profiles.getProfiles().stream(),
            profiles.getGlobalProfiles() == null
                ? Stream.empty()
                : profiles.getGlobalProfiles().stream())
        .filter(
            profile ->
                profile.getExecutors().stream()
                    .anyMatch(it -> RotationExecutorFactory.ID.equals(it.getExecutorProviderId())))
        .map(profile -> profile.getName())
        .collect(Collectors.toSet());
  }

  private boolean mayApply(ClientPolicyRepresentation policy) {
    List<ClientPolicyConditionRepresentation> conditions = policy.getConditions();
    return conditions != null
        && !conditions.isEmpty()
        && conditions.stream()
            .filter(condition -> BY_CLIENT.contains(condition.getConditionProviderId()))
            .noneMatch(this::votesAgainst);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private boolean votesAgainst(ClientPolicyConditionRepresentation given) {
    ClientPolicyConditionProviderFactory factory =
        (ClientPolicyConditionProviderFactory)
            session
                .getKeycloakSessionFactory()
                .getProviderFactory(
                    ClientPolicyConditionProvider.class, given.getConditionProviderId());
    ClientPolicyConditionProvider condition = factory.create(session);
    try {
      condition.setupConfiguration(
          (ClientPolicyConditionConfigurationRepresentation)
              JsonSerialization.mapper.convertValue(
                  given.getConfiguration(), condition.getConditionConfigurationClass()));
      ClientPolicyVote vote =
          condition.applyPolicy(new TokenRefreshContext(new MultivaluedHashMap<>(), client, null));
      return vote == (condition.isNegativeLogic() ? ClientPolicyVote.YES : ClientPolicyVote.NO);
    } catch (ClientPolicyException unreadable) {
      return false;
    }
  }
}
