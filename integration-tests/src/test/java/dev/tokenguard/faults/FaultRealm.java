package dev.tokenguard.faults;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The realm of the demo at one or more nodes, with a client for each {@code on-redis-failure}. */
public final class FaultRealm {

  /** Each timeout of a command, by default. */
  static final Duration TIMEOUT = Duration.ofMillis(400);

  static final String DENY = "deny";
  static final String ALLOW = "allow";

  /** Without a policy, in the same realm: its tokens are looked up in the blacklist. */
  static final String UNGUARDED = "demo-built-in";

  /** Of all users. */
  static final String PASSWORD = "demo";

  private static final String REALM = "demo";

  private final Predicate<String> redisHas;
  private final List<KeycloakServer> nodes;

  /**
   * Replaces the policies of the realm.
   *
   * @param redisHas whether a resource server finds a key, and the key expires
   * @param nodes of one cluster
   */
  public FaultRealm(Predicate<String> redisHas, KeycloakServer... nodes) {
    this.redisHas = redisHas;
    this.nodes = List.of(nodes);
    Lab.createClients(admin(), Map.of(DENY, policy(DENY), ALLOW, policy(ALLOW)));
  }

  /** The grace period is long enough for a busy machine. */
  private static Map<String, String> policy(String onRedisFailure) {
    return Map.of(
        "on-redis-failure", onRedisFailure, "grace-period", "60", "grace-max-replays", "0");
  }

  boolean redisHas(String key) {
    return redisHas.test(key);
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

  TokenClient logIn(Ledger ledger, String name, String client, String user) {
    return new TokenClient(ledger, name, clients(client), logIn(client, user));
  }

  Answer logIn(String client, String user) {
    return client(client).login(user, PASSWORD).orFail();
  }

  /** A client of a realm without Token Guard: it needs no Redis, as {@code CostIT} shows. */
  TokenClient elsewhere(Ledger ledger) {
    List<OidcClient> clients =
        nodes.stream().map(node -> OidcClient.of(node.baseUri(), "master", "admin-cli")).toList();
    Answer login = clients.get(0).login(KeycloakSettings.ADMIN, KeycloakSettings.ADMIN).orFail();
    return new TokenClient(ledger, "another realm", clients, login);
  }
}
