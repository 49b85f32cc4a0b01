package dev.tokenguard.it.admin;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.LinkedHashMap;
import java.util.Map;

/** A realm of one test, with a client "app" that has no policy yet. */
record OwnRealm(String name, AdminApi admin, OidcClient app) implements AutoCloseable {

  private static final String APP =
      """
      {"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true,
       "attributes": {"policy-group": "app"}, "optionalClientScopes": ["phone"]}
      """;

  static OwnRealm create(Map<String, ?> fields) {
    Lab lab = Lab.shared();
    String name = lab.uniqueId("realm");
    Map<String, Object> realm = new LinkedHashMap<>(Map.of("realm", name, "enabled", true));
    realm.putAll(fields);
    lab.keycloak().admin("master").createRealm(realm).orFail();
    AdminApi admin = lab.keycloak().admin(name);
    admin.post("/clients", APP).orFail();
    return new OwnRealm(name, admin, OidcClient.of(lab.keycloak().baseUri(), name, "app"));
  }

  /** A policy with one condition that applies one profile. */
  static Map<String, Object> policy(String name, Object condition, String... profiles) {
    Map<String, Object> policy = new LinkedHashMap<>();
    policy.put("name", name);
    policy.put("enabled", true);
    policy.put("profiles", profiles);
    policy.put("conditions", new Object[] {condition});
    return policy;
  }

  static Map<String, Object> condition(String id, Map<String, ?> configuration) {
    return Map.of("condition", id, "configuration", configuration);
  }

  @Override
  public void close() {
    admin.delete("").orFail();
  }
}
