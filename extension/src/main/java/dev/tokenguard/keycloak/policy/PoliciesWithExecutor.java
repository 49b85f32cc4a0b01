package dev.tokenguard.keycloak.policy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import dev.tokenguard.rotation.RotationPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.idm.ClientPolicyConditionConfigurationRepresentation;
import org.keycloak.representations.idm.ClientPolicyConditionRepresentation;
import org.keycloak.representations.idm.ClientPolicyRepresentation;
import org.keycloak.representations.idm.ClientProfilesRepresentation;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyEvent;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.ClientPolicyVote;
import org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProvider;
import org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProviderFactory;
import org.keycloak.util.JsonSerialization;

/** The enabled policies of a realm with an executor, for code that runs outside of its event. */
public final class PoliciesWithExecutor {

  private static final Logger LOG = Logger.getLogger(PoliciesWithExecutor.class);

  /** Conditions whose vote depends on the client only, not on the request. */
  private static final Set<String> BY_CLIENT =
      Set.of("any-client", "client-access-type", "client-attributes", "client-roles");

  /**
   * The policy event of a refresh. From 26.6 on, conditions read the client from it, before that
   * from the session.
   */
  @SuppressWarnings("unchecked")
  private static final Function<ClientModel, ClientPolicyContext> REFRESH =
      KeycloakCapability.CLIENT_IN_POLICY_EVENTS.isAvailable()
          ? KeycloakCapability.CLIENT_IN_POLICY_EVENTS.adapter(
              Function.class, "dev.tokenguard.keycloak.since26_6.RefreshContextFactory")
          : client -> () -> ClientPolicyEvent.TOKEN_REFRESH;

  private static final String SUPPRESS_ROTATION = "suppress-refresh-token-rotation";
  private static final String ENFORCE_DPOP = "dpop-bind-enforcer";

  private final KeycloakSession session;
  private final ClientModel client;
  private final String executor;

  public PoliciesWithExecutor(KeycloakSession session, ClientModel client) {
    this(session, client, RotationExecutorFactory.ID);
  }

  private PoliciesWithExecutor(KeycloakSession session, ClientModel client, String executor) {
    this.session = session;
    this.client = client;
    this.executor = executor;
  }

  /**
   * Whether Keycloak's executor may remove the next refresh token from the response. Parses the
   * policies only in realms that have the executor; no global profile has it.
   */
  public static boolean suppressRotation(KeycloakSession session, ClientModel client) {
    String profiles = session.getContext().getRealm().getAttribute(Constants.CLIENT_PROFILES);
    return profiles != null
        && profiles.contains(SUPPRESS_ROTATION)
        && !new PoliciesWithExecutor(session, client, SUPPRESS_ROTATION).names().isEmpty();
  }

  /** Whether Keycloak's executor may require DPoP of a client without the setting of the client. */
  static boolean enforceDpop(KeycloakSession session, ClientModel client) {
    return !new PoliciesWithExecutor(session, client, ENFORCE_DPOP).names().isEmpty();
  }

  /**
   * Names of the policies that apply to the client in some request. Conditions on the request count
   * as met. Parses the policies of the realm, so it is not for every refresh.
   *
   * @return empty if the policies cannot be read
   */
  public Set<String> names() {
    try {
      Map<String, JsonNode> settings = settingsByProfile();
      return policiesWith(settings.keySet())
          .filter(this::mayApply)
          .map(ClientPolicyRepresentation::getName)
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (ClientPolicyException | RuntimeException unreadable) {
      LOG.debug("The policies of the realm cannot be read", unreadable);
      return Set.of();
    }
  }

  /**
   * The rotation policy that applies to the client in every request, for requests to which
   * conditions do not apply. Empty if it depends on the request. Parses the policies of the realm.
   */
  public Optional<RotationPolicy> byClientAlone() {
    try {
      Map<String, JsonNode> settings = settingsByProfile();
      return policiesWith(settings.keySet())
          .filter(this::dependsOnTheClientAlone)
          .filter(this::mayApply)
          .flatMap(policy -> policy.getProfiles().stream())
          .filter(settings::containsKey)
          .reduce((earlier, later) -> later)
          .map(settings::get)
          .map(PoliciesWithExecutor::parsed);
    } catch (ClientPolicyException | RuntimeException unreadable) {
      LOG.debug("The policies of the realm cannot be read", unreadable);
      return Optional.empty();
    }
  }

  /** Read as JSON, because the getter has another type from 26.8 on. */
  private static JsonNode configurationIn(Object representation) {
    try {
      return JsonSerialization.mapper
          .readTree(JsonSerialization.writeValueAsString(representation))
          .path("configuration");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static RotationPolicy parsed(JsonNode settings) {
    return RotationPolicy.parse(
        JsonSerialization.mapper.convertValue(
            settings, new TypeReference<Map<String, Object>>() {}));
  }

  private Stream<ClientPolicyRepresentation> policiesWith(Set<String> profiles)
      throws ClientPolicyException {
    return session
        .clientPolicy()
        .getClientPolicies(session.getContext().getRealm(), true)
        .getPolicies()
        .stream()
        .filter(ClientPolicyRepresentation::isEnabled)
        .filter(policy -> policy.getProfiles().stream().anyMatch(profiles::contains));
  }

  /** The settings of the executor by the names of the profiles that have it. */
  private Map<String, JsonNode> settingsByProfile() throws ClientPolicyException {
    ClientProfilesRepresentation profiles =
        session.clientPolicy().getClientProfiles(session.getContext().getRealm(), true);
    Map<String, JsonNode> settings = new HashMap<>();
    Stream.concat(
            profiles.getProfiles().stream(),
            profiles.getGlobalProfiles() == null
                ? Stream.empty()
                : profiles.getGlobalProfiles().stream())
        .forEach(
            profile ->
                profile.getExecutors().stream()
                    .filter(it -> executor.equals(it.getExecutorProviderId()))
                    .forEach(it -> settings.put(profile.getName(), configurationIn(it))));
    return settings;
  }

  private boolean dependsOnTheClientAlone(ClientPolicyRepresentation policy) {
    return policy.getConditions() != null
        && policy.getConditions().stream()
            .allMatch(condition -> BY_CLIENT.contains(condition.getConditionProviderId()));
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
                  configurationIn(given), condition.getConditionConfigurationClass()));
      ClientPolicyVote vote = condition.applyPolicy(REFRESH.apply(client));
      return vote == (condition.isNegativeLogic() ? ClientPolicyVote.YES : ClientPolicyVote.NO);
    } catch (ClientPolicyException unreadable) {
      return false;
    }
  }
}
