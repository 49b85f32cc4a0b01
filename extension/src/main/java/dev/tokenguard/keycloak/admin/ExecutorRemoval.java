package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.policy.RotationExecutorFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.representations.idm.ClientPoliciesRepresentation;
import org.keycloak.representations.idm.ClientPolicyRepresentation;
import org.keycloak.representations.idm.ClientProfileRepresentation;
import org.keycloak.representations.idm.ClientProfilesRepresentation;

/**
 * Takes the executor out of profiles and policies. A profile that has nothing else goes, and so
 * does a policy that has no other profile; all else stays as it is.
 *
 * @param changedProfiles names of the profiles that had the executor
 * @param removedPolicies names of the policies that are gone
 */
record ExecutorRemoval(List<String> changedProfiles, List<String> removedPolicies) {

  /** Changes what it is given. */
  static ExecutorRemoval of(
      ClientProfilesRepresentation profiles, ClientPoliciesRepresentation policies) {
    List<ClientProfileRepresentation> kept = new ArrayList<>(profiles.getProfiles());
    List<String> changed =
        kept.stream()
            .filter(ExecutorRemoval::removeConfiguration)
            .map(ClientProfileRepresentation::getName)
            .toList();
    kept.removeIf(it -> changed.contains(it.getName()) && it.getExecutors().isEmpty());
    profiles.setProfiles(kept);
    return new ExecutorRemoval(
        changed,
        removeConfiguration(
            policies,
            changed.stream()
                .filter(name -> kept.stream().noneMatch(it -> it.getName().equals(name)))
                .collect(Collectors.toSet())));
  }

  private static boolean removeConfiguration(ClientProfileRepresentation profile) {
    return profile.getExecutors() != null
        && profile
            .getExecutors()
            .removeIf(it -> RotationExecutorFactory.ID.equals(it.getExecutorProviderId()));
  }

  private static List<String> removeConfiguration(
      ClientPoliciesRepresentation policies, Set<String> gone) {
    List<ClientPolicyRepresentation> kept = new ArrayList<>(policies.getPolicies());
    List<String> removed =
        kept.stream()
            .filter(it -> it.getProfiles() != null)
            .filter(it -> it.getProfiles().removeIf(gone::contains) && it.getProfiles().isEmpty())
            .map(ClientPolicyRepresentation::getName)
            .toList();
    kept.removeIf(it -> removed.contains(it.getName()));
    policies.setPolicies(kept);
    return removed;
  }
}
