package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.metrics.RefreshMetrics;
import dev.tokenguard.keycloak.policy.PolicyCoverage;
import dev.tokenguard.keycloak.policy.RealmWarnings;
import dev.tokenguard.keycloak.revocation.NamedFamilies;

/**
 * What a node remembers beyond one request.
 *
 * @param metrics counts outcomes
 * @param realms checks settings of realms that get in the way of a policy
 * @param coverage checks policies that cover a part of a client's requests
 * @param named the revoked families whose access tokens were named
 */
record RefreshObservers(
    RefreshMetrics metrics, RealmWarnings realms, PolicyCoverage coverage, NamedFamilies named) {

  RefreshObservers() {
    this(new RefreshMetrics(), new RealmWarnings(), new PolicyCoverage(), new NamedFamilies());
  }
}
