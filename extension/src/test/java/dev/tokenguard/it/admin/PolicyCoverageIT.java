package dev.tokenguard.it.admin;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A policy whose conditions depend on the request may apply to a part of a client's requests. */
class PolicyCoverageIT extends LabTest {

  /** Each finding is reported once, so each test has a realm of its own. */
  private final OwnRealm realm = OwnRealm.create(Map.of());

  private final OidcClient app = realm.app();

  {
    realm.admin().createUser("alice", Lab.PASSWORD);
  }

  @AfterEach
  void deleteRealm() {
    realm.close();
  }

  @Test
  void given_a_condition_on_scopes_then_revoked_is_refused_without_a_scope_and_it_is_reported() {
    assumeTrue(
        lab.refreshTokenInfo()
            .path("by-this-keycloak")
            .asText()
            .contains("conditions by the event's client"),
        "Keycloak up to 26.5 evaluates this condition for logins only");
    apply("by-scope", "client-scopes", Map.of("type", "Optional", "scopes", List.of("phone")));
    String scope = "openid phone";
    Answer login = app.login("alice", Lab.PASSWORD, "phone").orFail();
    Answer next = app.refresh(login.refreshToken(), scope).orFail();
    Answer kept = app.refresh(next.refreshToken()).orFail();
    assertThat(generation(kept)).as("no policy, no rotation").isEqualTo(1);
    long logged = lab.keycloak().log().size();
    app.refresh(kept.refreshToken()).orFail();
    assertThat(lab.keycloak().log().textFrom(logged)).as("once").doesNotContain("by-scope");

    assertRefused(app.refresh(login.refreshToken(), scope));

    assertRefused(app.refresh(next.refreshToken()));
    assertRefused(app.refresh(kept.refreshToken()));
    assertThat(lab.keycloak().log().text())
        .contains("by-scope of realm " + realm.name() + " covers the login but not the refresh");
    assertThat(reported()).contains("policy by-scope covers the login but not the refresh");
  }

  @Test
  void given_a_condition_on_the_grant_then_a_policy_for_refreshes_only_is_reported() {
    apply("by-grant", "grant-type", Map.of("grant_types", List.of("refresh_token")));
    app.refresh(app.login("alice", Lab.PASSWORD).orFail().refreshToken()).orFail();
    assertThat(reported()).as("may be older than the policy").doesNotContain("by-grant");
    Lab.awaitNextSecond();

    app.refresh(app.login("alice", Lab.PASSWORD).orFail().refreshToken()).orFail();

    assertThat(reported()).contains("policy by-grant covers the refresh but not the login");
  }

  @Test
  void given_the_policy_was_removed_then_nothing_is_reported() {
    apply("for-all", "any-client", Map.of());
    Answer login = app.login("alice", Lab.PASSWORD).orFail();
    realm.admin().delete("/token-guard/configuration").orFail();

    app.refresh(login.refreshToken()).orFail();

    assertThat(reported()).doesNotContain("for-all");
  }

  private void apply(String policy, String condition, Map<String, ?> configuration) {
    realm
        .admin()
        .putProfilesAndPolicies(
            List.of(ClientPolicies.profile("profile", Map.of("grace-period", "0"))),
            List.of(
                OwnRealm.policy(policy, OwnRealm.condition(condition, configuration), "profile")));
  }

  private static String reported() {
    return lab.refreshTokenInfo().path("policies-covering-a-part").asText();
  }
}
