package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Json;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The realm: a public client, as single-page apps are, and a user for each chain. It is the same
 * for all variants; what differs is switched in place.
 */
final class BenchmarkRealm {

  static final String PASSWORD = "benchmark";

  private static final String CLIENT = "app";
  private static final String POLICY = "rotation";

  private final Variant variant;

  BenchmarkRealm(Variant variant) {
    this.variant = variant;
  }

  private String name() {
    return variant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Writes the realm file that Keycloak imports. */
  Path write(int users) {
    Map<String, Object> realm =
        Map.of(
            "realm",
            name(),
            "enabled",
            true,
            "sslRequired",
            "none",
            "users",
            IntStream.range(0, users).mapToObj(BenchmarkRealm::user).toList(),
            "clients",
            List.of(
                Map.of(
                    "clientId",
                    CLIENT,
                    "enabled",
                    true,
                    "publicClient",
                    true,
                    "directAccessGrantsEnabled",
                    true)));
    try {
      Path file = Files.createTempFile(name(), ".json");
      file.toFile().deleteOnExit();
      return Files.writeString(file, Json.write(realm));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * All at one node; the others own their share of the cluster's locks and caches. Under load, too,
   * they would take turns with it on the same cores, which nodes on machines of their own do not.
   */
  List<RefreshChain> chains(KeycloakServer node, BenchmarkOptions options) {
    OidcClient app = OidcClient.of(node.baseUri(), name(), CLIENT);
    String scope = options.wantsIdTokens() ? "openid" : "profile";
    return IntStream.range(0, options.clients())
        .mapToObj(number -> new RefreshChain(app, scope, userName(number)))
        .toList();
  }

  /** Makes the realm what its variant is. */
  void configure(KeycloakServer server) {
    AdminApi admin = server.admin(name());
    if (variant == Variant.STOCK_ROTATION) {
      admin.updateRealm(Map.of("revokeRefreshToken", true));
    }
    if (variant == Variant.TOKEN_GUARD) {
      admin.updateRealm(
          Map.of("eventsListeners", List.of("jboss-logging", "redis-token-blacklist")));
      admin.putProfilesAndPolicies(List.of(profile()), List.of(policy()));
    }
  }

  /** All settings have their defaults. */
  private static Map<String, Object> profile() {
    return Map.of(
        "name",
        POLICY,
        "executors",
        List.of(Map.of("executor", "redis-refresh-token-rotation", "configuration", Map.of())));
  }

  private static Map<String, Object> policy() {
    return Map.of(
        "name",
        POLICY,
        "enabled",
        true,
        "profiles",
        List.of(POLICY),
        "conditions",
        List.of(Map.of("condition", "any-client", "configuration", Map.of())));
  }

  private static Map<String, Object> user(int number) {
    return Map.of(
        "username",
        userName(number),
        "enabled",
        true,
        "email",
        userName(number) + "@example.org",
        "emailVerified",
        true,
        "firstName",
        "Bench",
        "lastName",
        "Mark",
        "credentials",
        List.of(Map.of("type", "password", "value", PASSWORD, "temporary", false)));
  }

  private static String userName(int number) {
    return "user" + number;
  }
}
