package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Where stories are played: the demo's realm at one or more nodes, with a client for each policy,
 * and a Redis of any topology.
 */
public final class FaultLab {

  /** Each time-out of a command, by default. */
  static final Duration TIMEOUT = Duration.ofMillis(400);

  /** So long may one command take by default: for a connection, and for the answer by it. */
  static final Duration ALL_TIMEOUTS = TIMEOUT.multipliedBy(3);

  static final String DENY = "deny";
  static final String ALLOW = "allow";

  /** Without a policy, in the same realm: its use of what is on the blacklist is looked for. */
  static final String STOCK = "demo-stock";

  /** Of all users. */
  static final String PASSWORD = "demo";

  private static final String REALM = "demo";

  private final Predicate<String> redisHolds;
  private final List<KeycloakServer> nodes;

  private FaultLab(Predicate<String> redisHolds, List<KeycloakServer> nodes) {
    this.redisHolds = redisHolds;
    this.nodes = nodes;
  }

  /**
   * Replaces the policies of the realm.
   *
   * @param redisHolds whether a resource server finds a key, and it has an end
   * @param nodes of one cluster
   */
  public static FaultLab in(Predicate<String> redisHolds, KeycloakServer... nodes) {
    FaultLab lab = new FaultLab(redisHolds, List.of(nodes));
    List.of(DENY, ALLOW).forEach(id -> lab.admin().post("/clients", newClient(id)).orFail());
    lab.admin()
        .putProfilesAndPolicies(
            List.of(profile(DENY), profile(ALLOW)),
            List.of(ClientPolicies.policy(DENY), ClientPolicies.policy(ALLOW)));
    return lab;
  }

  private static Map<String, Object> newClient(String id) {
    return Map.of(
        "clientId",
        id,
        "publicClient",
        true,
        "directAccessGrantsEnabled",
        true,
        "attributes",
        Map.of("policy-group", id));
  }

  /** The grace is long enough for a machine that is busy. */
  private static Map<String, Object> profile(String onRedisFailure) {
    return ClientPolicies.profile(
        onRedisFailure,
        Map.of("on-redis-failure", onRedisFailure, "grace-period", "60", "grace-max-replays", "0"));
  }

  boolean redisHolds(String key) {
    return redisHolds.test(key);
  }

  public AdminApi admin() {
    return nodes.get(0).admin(REALM);
  }

  /** A client of the first node. */
  OidcClient client(String id) {
    return clients(id).get(0);
  }

  /** The same client at each node. */
  List<OidcClient> clients(String id) {
    return nodes.stream().map(node -> OidcClient.of(node.baseUri(), REALM, id)).toList();
  }

  /**
   * A client of a realm that has no part in Token Guard: nothing that it does asks Redis, which
   * {@code CostIT} holds.
   */
  App stranger(Ledger ledger) {
    List<OidcClient> everywhere =
        nodes.stream().map(node -> OidcClient.of(node.baseUri(), "master", "admin-cli")).toList();
    Answer login = everywhere.get(0).login(KeycloakSettings.ADMIN, KeycloakSettings.ADMIN).orFail();
    return new App(ledger, "stranger", everywhere, login);
  }

  Answer logIn(String client, String user) {
    return client(client).login(user, PASSWORD).orFail();
  }
}
