package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.events.IncidentReport;
import dev.tokenguard.keycloak.support.LogText;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.RefreshToken;

/**
 * Finds configurations in which a policy does not do what an administrator expects, and logs each
 * once:
 *
 * <ul>
 *   <li>a policy that applies to the logins of a client but not to its refreshes, or the reverse.
 *       The cause is a condition on the request, for example on {@code scope}, which most refreshes
 *       omit (RFC 6749, section 6);
 *   <li>a policy that uses the key of a client without one, or whose rotation Keycloak's executor
 *       {@code suppress-refresh-token-rotation} suppresses;
 *   <li>a realm whose settings contradict the policy; logged again when it is set again after a
 *       change.
 * </ul>
 *
 * <p>The server info of this node shows the findings.
 */
public final class PolicyFindings {

  private static final Logger LOG = Logger.getLogger(PolicyFindings.class);

  /** Bounds the memory, because clients can register themselves. */
  private static final int MAX_CLIENTS = 1000;

  private enum Coverage {
    LOGIN_ONLY(
        "the login but not the refresh",
        "Without the policy its refresh tokens are not rotated; revoked ones stay refused."),
    REFRESH_ONLY(
        "the refresh but not the login",
        "Its logins are not recorded: until its first refresh, a family does not count for the"
            + " limit, and a revocation does not list its first access token.");

    private final String what;
    private final String effect;

    Coverage(String what, String effect) {
      this.what = what;
      this.effect = effect;
    }
  }

  private final Map<Client, Integer> coveredSince = new ConcurrentHashMap<>();
  private final Map<Client, Finding> findings = new ConcurrentHashMap<>();
  private final Set<Client> suppressed = ConcurrentHashMap.newKeySet();
  private final Set<Client> withoutKey = ConcurrentHashMap.newKeySet();
  private final Set<String> realmsWithRotation = ConcurrentHashMap.newKeySet();
  private final Set<String> realmsNotStoringReuses = ConcurrentHashMap.newKeySet();

  /** Records a refresh without a policy of a token whose login had one. */
  public void refreshedWithoutPolicy(
      KeycloakSession session, RealmModel realm, ClientModel client) {
    report(session, realm, client, Coverage.LOGIN_ONLY);
  }

  /**
   * Records a refresh with a policy. A token without lineage is a finding only if it was issued
   * after a policy applied to this client, because an older one is expected.
   *
   * @param hasLineage whether the login had a policy, too
   */
  public void refreshedWithPolicy(
      KeycloakSession session,
      RealmModel realm,
      ClientModel client,
      RefreshToken presented,
      boolean hasLineage) {
    check(realm, client);
    if (hasLineage) {
      return;
    }
    Client key = new Client(realm.getName(), client.getClientId());
    Integer since = coveredSince.get(key);
    if (since == null) {
      if (coveredSince.size() < MAX_CLIENTS) {
        coveredSince.putIfAbsent(key, Time.currentTime());
      }
    } else if (presented.getIat() > since) {
      report(session, realm, client, Coverage.REFRESH_ONLY);
    }
  }

  /** Records a client whose rotation is suppressed, so that it is resolved to rotation = off. */
  public void rotationSuppressed(RealmModel realm, ClientModel client) {
    logOnce(
        suppressed,
        realm,
        client,
        "Keycloak's executor suppress-refresh-token-rotation removes the rotated tokens of client %s"
            + " in realm %s, so its policy applies as with rotation = off. Set rotation to off, or"
            + " remove that executor.");
  }

  /** Records a client whose token has no key, although its policy uses one. */
  public void keyMissing(RealmModel realm, ClientModel client) {
    logOnce(
        withoutKey,
        realm,
        client,
        "A refresh token of client %s in realm %s has no key, but its policy uses one, so each replay"
            + " is a reuse, and the token is not bound. Require DPoP or certificate-bound access"
            + " tokens, or use a client authentication with a key. Tokens of earlier logins have no"
            + " key until the next login.");
  }

  private static void logOnce(
      Set<Client> found, RealmModel realm, ClientModel client, String text) {
    if (found.size() < MAX_CLIENTS
        && found.add(new Client(realm.getName(), client.getClientId()))) {
      LOG.warn(LogText.of(text, client.getClientId(), realm.getName()));
    }
  }

  private void report(
      KeycloakSession session, RealmModel realm, ClientModel client, Coverage coverage) {
    Client key = new Client(realm.getName(), client.getClientId());
    if (findings.containsKey(key) || findings.size() >= MAX_CLIENTS) {
      return;
    }
    Set<String> policies = new PoliciesWithExecutor(session, client).names();
    // Without a policy, an administrator has removed it, which is no finding. It is recorded all
    // the same, so that the policies of the realm are not parsed for each refresh.
    if (findings.putIfAbsent(key, new Finding(coverage, policies)) == null && !policies.isEmpty()) {
      LOG.warn(
          LogText.of(
              "Policy %s of realm %s covers %s of client %s. %s Use conditions that do not depend on"
                  + " the request, such as client-attributes.",
              String.join(", ", policies),
              realm.getName(),
              coverage.what,
              client.getClientId(),
              coverage.effect));
    }
  }

  private void check(RealmModel realm, ClientModel client) {
    record(
        realmsWithRotation,
        realm,
        realm.isRevokeRefreshToken(),
        () ->
            LOG.warn(
                LogText.of(
                    "Realm %s has 'Revoke Refresh Token' on, and client %s has a rotation policy."
                        + " Switch it off: it logs users out where the policy grants a grace"
                        + " period.",
                    realm.getName(), client.getClientId())));
    record(
        realmsNotStoringReuses,
        realm,
        IncidentReport.isNotStoredBy(realm),
        () ->
            LOG.info(
                LogText.of(
                    "Realm %s stores selected types of events without REFRESH_TOKEN_ERROR, so the"
                        + " console does not show a reuse.",
                    realm.getName())));
  }

  private static void record(Set<String> realms, RealmModel realm, boolean isSet, Runnable log) {
    if (!isSet) {
      realms.remove(realm.getName());
    } else if (realms.add(realm.getName())) {
      log.run();
    }
  }

  /** The policies that cover a part of the requests, in one line for the server info. */
  public String describePartialCoverage() {
    return findings.entrySet().stream()
        .filter(each -> !each.getValue().policies().isEmpty())
        .map(
            each ->
                LogText.of(
                    "policy %s covers %s of client %s in realm %s",
                    String.join(", ", each.getValue().policies()),
                    each.getValue().coverage().what,
                    each.getKey().clientId(),
                    each.getKey().realm()))
        .sorted()
        .collect(Collectors.joining("; "));
  }

  /** The clients whose rotation is suppressed, for the server info. */
  public String clientsWithSuppressedRotation() {
    return named(suppressed);
  }

  /** The clients without a key whose policy uses one, for the server info. */
  public String clientsWithoutKey() {
    return named(withoutKey);
  }

  private static String named(Set<Client> clients) {
    return clients.stream()
        .map(each -> LogText.of("%s in realm %s", each.clientId(), each.realm()))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** Names of the realms that do not store the event of a reuse, for the server info. */
  public String realmsNotStoringReuses() {
    return String.join(", ", new TreeSet<>(realmsNotStoringReuses));
  }

  private record Client(String realm, String clientId) {}

  private record Finding(Coverage coverage, Set<String> policies) {}
}
