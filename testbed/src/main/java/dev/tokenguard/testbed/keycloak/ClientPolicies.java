package dev.tokenguard.testbed.keycloak;

import java.util.List;
import java.util.Map;

/**
 * Profiles with the executor, and policies that apply them, in the format of the admin REST API.
 */
public final class ClientPolicies {

  private ClientPolicies() {}

  public static Map<String, Object> profile(String name, Map<String, ?> settings) {
    return profile(name, List.of(executor("redis-refresh-token-rotation", settings)));
  }

  public static Map<String, Object> profile(String name, List<Map<String, ?>> executors) {
    return Map.of("name", name, "executors", executors);
  }

  public static Map<String, Object> executor(String id, Map<String, ?> settings) {
    return Map.of("executor", id, "configuration", settings);
  }

  /** Applies the profile of this name to the clients with it as attribute {@code policy-group}. */
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
