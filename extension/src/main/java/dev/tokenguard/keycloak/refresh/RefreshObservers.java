package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.metrics.RefreshMetrics;
import dev.tokenguard.keycloak.policy.PolicyCoverage;
import dev.tokenguard.keycloak.policy.RealmWarnings;
import dev.tokenguard.keycloak.revocation.NamedFamilies;

/**
 * The state of a node for all requests.
 *
 * @param metrics counts outcomes
 * @param realms finds settings of realms that contradict a policy
 * @param coverage finds policies that apply to a part of a client's requests
 * @param named the revoked families whose access tokens are on the lists
 */
record RefreshObservers(
    RefreshMetrics metrics, RealmWarnings realms, PolicyCoverage coverage, NamedFamilies named) {

  RefreshObservers() {
    this(new RefreshMetrics(), new RealmWarnings(), new PolicyCoverage(), new NamedFamilies());
  }
}
