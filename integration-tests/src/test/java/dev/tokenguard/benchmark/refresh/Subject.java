package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One of those that are compared: a realm of a Keycloak of one or several nodes, where a public
 * client, as single-page apps are, has a user for each chain of refreshes. The realms are the same;
 * what differs is switched in place.
 *
 * @param letter short for the title
 */
record Subject(
    String letter,
    String title,
    Rotation rotation,
    List<KeycloakServer> nodes,
    Database database,
    RedisServer redis) {

  /** How a realm treats a refresh token that was used. */
  enum Rotation {
    NONE,
    BUILT_IN,
    TOKEN_GUARD;

    String realm() {
      return "rotation-" + ordinal();
    }

    /** Writes the realm file that Keycloak imports. */
    Path writeRealm(int users) {
      String all =
          IntStream.range(0, users).mapToObj(USER::formatted).collect(Collectors.joining(","));
      try {
        Path file = Files.createTempFile(realm(), ".json");
        file.toFile().deleteOnExit();
        return Files.writeString(file, REALM.formatted(realm(), all));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static final String PASSWORD = "benchmark";
  private static final String POLICY = "rotation";
  private static final String USER =
      """
      {"username": "user%1$d", "enabled": true, "email": "user%1$d@example.org",
       "emailVerified": true, "firstName": "Bench", "lastName": "Mark",
       "credentials": [{"type": "password", "value": "benchmark", "temporary": false}]}
      """;
  private static final String REALM =
      """
      {"realm": "%s", "enabled": true, "sslRequired": "none", "users": [%s], "clients": [
       {"clientId": "app", "enabled": true, "publicClient": true,
        "directAccessGrantsEnabled": true}]}
      """;

  /** Makes the realm what it is; all settings of a policy have their defaults. */
  void configure() {
    AdminApi admin = admin();
    if (rotation == Rotation.BUILT_IN) {
      admin.updateRealm(Map.of("revokeRefreshToken", true));
    }
    if (rotation == Rotation.TOKEN_GUARD) {
      admin.updateRealm(
          Map.of("eventsListeners", List.of("jboss-logging", "redis-token-blacklist")));
      Map<String, Object> policy = new LinkedHashMap<>(ClientPolicies.policy(POLICY));
      policy.put(
          "conditions", List.of(Map.of("condition", "any-client", "configuration", Map.of())));
      admin.putProfilesAndPolicies(
          List.of(ClientPolicies.profile(POLICY, Map.of())), List.of(policy));
    }
  }

  AdminApi admin() {
    return nodes.get(0).admin(rotation.realm());
  }

  /**
   * Chains of the users, logged in. All are at one node; the others own their share of the
   * cluster's locks and caches. Under load, too, they would take turns with it on the same cores,
   * which nodes on machines of their own do not.
   */
  List<Chain> chains(int clients, String scope) {
    List<Chain> chains =
        IntStream.range(0, clients).mapToObj(number -> chain("user" + number, scope)).toList();
    chains.forEach(Chain::logIn);
    return chains;
  }

  Chain chain(String user, String scope) {
    OidcClient app = OidcClient.of(nodes.get(0).baseUri(), rotation.realm(), "app");
    return new Chain(app, scope, user);
  }

  @Override
  public String toString() {
    return title;
  }

  /** A user at the app, with the refresh token of the last response. */
  static final class Chain {

    private final OidcClient app;
    private final String scope;
    private final String user;
    private String token = "";

    private Chain(OidcClient app, String scope, String user) {
      this.app = app;
      this.scope = scope;
      this.user = user;
    }

    void logIn() {
      token = app.loginFor(scope, user, PASSWORD).orFail().refreshToken();
    }

    void refresh() {
      token = app.refresh(token).orFail().refreshToken();
    }
  }
}
