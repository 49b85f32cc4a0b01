package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A policy whose conditions depend on the request covers a part of a client's requests. */
class PolicyCoverageIT extends LabTest {

  /** Each finding is reported once, so each test has a realm of its own. */
  private static final AtomicInteger REALMS = new AtomicInteger();

  private final String realm = "covered-" + REALMS.incrementAndGet();
  private final AdminApi admin = lab.keycloak().admin(realm);
  private final OidcClient app = OidcClient.of(lab.keycloak().baseUri(), realm, "app");

  @BeforeEach
  void createRealm() {
    lab.keycloak().admin("master").createRealm(Map.of("realm", realm, "enabled", true)).orFail();
    admin
        .post(
            "/clients",
            Map.of(
                "clientId",
                "app",
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "optionalClientScopes",
                List.of("phone")))
        .orFail();
    admin.createUser("alice", Lab.PASSWORD);
  }

  @AfterEach
  void deleteRealm() {
    admin.delete("").orFail();
  }

  @Test
  void given_a_condition_on_scopes_then_revoked_is_refused_without_a_scope_and_it_is_reported() {
    apply(
        "by-scope",
        Map.of(
            "condition",
            "client-scopes",
            "configuration",
            Map.of("type", "Optional", "scopes", List.of("phone"))));
    String scope = "openid phone";
    Answer login = app.login("alice", Lab.PASSWORD, "phone").orFail();
    Answer next = app.refresh(login.refreshToken(), scope).orFail();
    Answer kept = app.refresh(next.refreshToken()).orFail();
    assertThat(generation(kept)).as("no policy, no step").isEqualTo(1);
    long logged = lab.keycloak().log().size();
    app.refresh(kept.refreshToken()).orFail();
    assertThat(lab.keycloak().log().textFrom(logged)).as("once").doesNotContain("by-scope");

    assertRefused(app.refresh(login.refreshToken(), scope));

    assertRefused(app.refresh(next.refreshToken()));
    assertRefused(app.refresh(kept.refreshToken()));
    assertThat(lab.keycloak().log().text())
        .contains("Policy by-scope of realm " + realm + " covers the login but not the refresh");
    assertThat(shown()).contains("policy by-scope covers the login but not the refresh");
  }

  @Test
  void given_a_condition_on_the_grant_then_a_policy_for_refreshes_only_is_reported() {
    apply(
        "by-grant",
        Map.of(
            "condition",
            "grant-type",
            "configuration",
            Map.of("grant_types", List.of("refresh_token"))));
    app.refresh(app.login("alice", Lab.PASSWORD).orFail().refreshToken()).orFail();
    assertThat(shown()).as("may be older than the policy").doesNotContain("by-grant");
    awaitNextSecond();

    app.refresh(app.login("alice", Lab.PASSWORD).orFail().refreshToken()).orFail();

    assertThat(shown()).contains("policy by-grant covers the refresh but not the login");
  }

  @Test
  void given_the_policy_was_removed_then_nothing_is_reported() {
    apply("for-all", Map.of("condition", "any-client", "configuration", Map.of()));
    Answer login = app.login("alice", Lab.PASSWORD).orFail();
    admin.delete("/token-guard/configuration").orFail();

    app.refresh(login.refreshToken()).orFail();

    assertThat(shown()).doesNotContain("for-all");
  }

  private void apply(String policy, Map<String, ?> condition) {
    admin.putProfilesAndPolicies(
        List.of(ClientPolicies.profile("profile", Map.of("grace-period", "0"))),
        List.of(
            Map.of(
                "name",
                policy,
                "enabled",
                true,
                "profiles",
                List.of("profile"),
                "conditions",
                List.of(condition))));
  }

  private static String shown() {
    return lab.refreshTokenInfo().path("policies-covering-a-part").asText();
  }

  private static void awaitNextSecond() {
    long second = Clock.systemUTC().instant().getEpochSecond();
    Await.until(
        "the next second",
        Duration.ofSeconds(3),
        () -> Clock.systemUTC().instant().getEpochSecond() > second);
  }
}
