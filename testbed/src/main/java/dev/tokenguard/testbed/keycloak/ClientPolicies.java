package dev.tokenguard.testbed.keycloak;

import java.util.List;
import java.util.Map;

/** Profiles with the executor, and policies that apply them, as the admin REST takes them. */
public final class ClientPolicies {

  private ClientPolicies() {}

  public static Map<String, Object> profile(String name, Map<String, ?> settings) {
    return Map.of(
        "name",
        name,
        "executors",
        List.of(Map.of("executor", "redis-refresh-token-rotation", "configuration", settings)));
  }

  /**
   * For the clients whose attribute {@code policy-group} is the name; applies the profile of it.
   */
  public static Map<String, Object> policy(String name) {
    Map<String, String> ofGroup =
        Map.of("attributes", "[{\"key\":\"policy-group\",\"value\":\"" + name + "\"}]");
    return Map.of(
        "name",
        name,
        "enabled",
        true,
        "profiles",
        List.of(name),
        "conditions",
        List.of(Map.of("condition", "client-attributes", "configuration", ofGroup)));
  }
}
