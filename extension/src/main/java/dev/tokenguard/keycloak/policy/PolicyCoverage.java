package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.support.LogText;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.RefreshToken;

/**
 * Finds policies that cover the login of a client but not its refreshes, or the reverse: conditions
 * may vote by what a request says, and a refresh mostly leaves {@code scope} out. Logged once for
 * each realm and client, and shown in the console's server info of this node.
 */
public final class PolicyCoverage {

  private static final Logger LOG = Logger.getLogger(PolicyCoverage.class);

  /** Clients that register themselves must not fill the memory of a node. */
  private static final int MOST = 1000;

  private static final String LOGIN_ONLY = "the login but not the refresh";
  private static final String REFRESH_ONLY = "the refresh but not the login";

  private final Map<Client, Integer> coveredSince = new ConcurrentHashMap<>();
  private final Map<Client, Finding> findings = new ConcurrentHashMap<>();

  /** A token of a login with a policy is refreshed by a request without one. */
  public void refreshedWithoutPolicy(
      KeycloakSession session, RealmModel realm, ClientModel client) {
    report(session, realm, client, LOGIN_ONLY);
  }

  /**
   * A refresh with a policy.
   *
   * @param hasLineage whether the login had a policy, too; a token that is older than the policy is
   *     no finding
   */
  public void refreshedWithPolicy(
      KeycloakSession session,
      RealmModel realm,
      ClientModel client,
      RefreshToken presented,
      boolean hasLineage) {
    if (hasLineage) {
      return;
    }
    Client key = new Client(realm.getName(), client.getClientId());
    Integer since = coveredSince.get(key);
    if (since == null) {
      if (coveredSince.size() < MOST) {
        coveredSince.putIfAbsent(key, Time.currentTime());
      }
    } else if (presented.getIat() > since) {
      report(session, realm, client, REFRESH_ONLY);
    }
  }

  private void report(KeycloakSession session, RealmModel realm, ClientModel client, String what) {
    Client key = new Client(realm.getName(), client.getClientId());
    if (findings.containsKey(key) || findings.size() >= MOST) {
      return;
    }
    Set<String> policies = new PoliciesWithExecutor(session, client).named();
    // Without any policy left it was removed, which is the administrator's intention; that is noted
    // as well, so that the realm's policies are not read for each refresh.
    if (findings.putIfAbsent(key, new Finding(what, policies)) == null && !policies.isEmpty()) {
      LOG.warn(
          LogText.of(
              "Policy %s of realm %s covers %s of client %s. What was revoked stays refused, but"
                  + " its refresh tokens are not rotated then: use conditions that do not depend"
                  + " on the request, such as client-attributes.",
              String.join(", ", policies), realm.getName(), what, client.getClientId()));
    }
  }

  /** For the server info: one line for all, empty when there is nothing to report. */
  public String shown() {
    return findings.entrySet().stream()
        .filter(each -> !each.getValue().policies().isEmpty())
        .map(
            each ->
                LogText.of(
                    "policy %s covers %s of client %s in realm %s",
                    String.join(", ", each.getValue().policies()),
                    each.getValue().what(),
                    each.getKey().clientId(),
                    each.getKey().realm()))
        .sorted()
        .collect(Collectors.joining("; "));
  }

  private record Client(String realm, String clientId) {}

  private record Finding(String what, Set<String> policies) {}
}
