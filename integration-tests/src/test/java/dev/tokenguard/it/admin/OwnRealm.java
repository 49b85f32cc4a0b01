package dev.tokenguard.it.admin;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A realm of one test, with a client "app" that has no policy yet. */
public record OwnRealm(String name, AdminApi admin, OidcClient app) implements AutoCloseable {

  private static final String APP =
      """
      {"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true,
       "attributes": {"policy-group": "app"}, "optionalClientScopes": ["phone"]}
      """;

  public static OwnRealm create(Map<String, ?> fields) {
    Lab lab = Lab.shared();
    String name = lab.uniqueId("realm");
    Map<String, Object> realm = new LinkedHashMap<>(Map.of("realm", name, "enabled", true));
    realm.putAll(fields);
    lab.keycloak().admin("master").createRealm(realm).orFail();
    AdminApi admin = lab.keycloak().admin(name);
    admin.post("/clients", APP).orFail();
    return new OwnRealm(name, admin, OidcClient.of(lab.keycloak().baseUri(), name, "app"));
  }

  /**
   * Applies a policy with one condition, and no grace period; with settings as other JSON types.
   */
  void apply(String policy, String condition, Map<String, ?> configuration) {
    admin.putProfilesAndPolicies(
        List.of(
            ClientPolicies.profile(
                "profile", Map.of("grace-period", 0, "revoke-previous-access-token", false))),
        List.of(policy(policy, condition(condition, configuration), "profile")));
  }

  /** A policy with one condition that applies one profile. */
  public static Map<String, Object> policy(String name, Object condition, String... profiles) {
    List<?> conditions = List.of(condition);
    return Map.of("name", name, "enabled", true, "profiles", profiles, "conditions", conditions);
  }

  public static Map<String, Object> condition(String id, Map<String, ?> configuration) {
    return Map.of("condition", id, "configuration", configuration);
  }

  @Override
  public void close() {
    admin.delete("").orFail();
  }
}
