package dev.tokenguard.it.admin;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an administrator sees and may save. */
class AdministrationIT extends LabTest {

  private static final String PROFILES = "/client-policies/profiles";
  private static final String PARTLY = "policies-with-partial-coverage";

  /** Of all settings and ranges, the unit tests. */
  @Test
  void given_an_invalid_value_when_the_profile_is_saved_then_the_message_names_the_setting() {
    JsonNode before = lab.admin().get(PROFILES).orFail().body();

    Answer refused = save(Map.of("grace-period", "604801"));
    Answer contradicting = save(Map.of("grace-depth", "2", "grace-context", "none"));
    Answer unknown = save(Map.of("grace-perriod", "10"));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("errorMessage"))
        .isEqualTo(
            "Grace period (seconds) [grace-period]: \"604801\" is not accepted. Accepted: 0 to"
                + " 604800 seconds");
    assertThat(contradicting.status()).isEqualTo(400);
    assertThat(contradicting.text("errorMessage"))
        .startsWith(
            "Grace depth (generations) [grace-depth]: \"2\" is not accepted. Accepted: 1 if");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text("errorMessage")).contains("no setting named grace-perriod");
    assertThat(lab.admin().get(PROFILES).orFail().body()).isEqualTo(before);
  }

  private static Answer save(Map<String, ?> settings) {
    List<Object> profiles = new ArrayList<>();
    lab.admin().get(PROFILES).orFail().body().path("profiles").forEach(profiles::add);
    profiles.add(ClientPolicies.profile("candidate", settings));
    return lab.admin().put(PROFILES, Map.of("profiles", profiles));
  }

  @Test
  void given_the_console_then_the_form_offers_every_setting_with_its_default() {
    String executors =
        "/componentTypes/org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider";
    Map<String, String> defaults = new HashMap<>();
    for (JsonNode type : lab.admin().serverInfo().at(executors)) {
      if (type.path("id").asText().equals("redis-refresh-token-rotation")) {
        type.path("properties")
            .forEach(
                it -> defaults.put(it.path("name").asText(), it.path("defaultValue").asText()));
      }
    }

    assertThat(defaults)
        .hasSize(17)
        .containsEntry("mode", "enforce")
        .containsEntry("grace-period", "10")
        .containsEntry("on-redis-failure", "deny");
  }

  @Test
  void given_refreshes_then_the_metrics_count_outcomes_and_commands_without_any_id() {
    OidcClient client = lab.clientWith("grace-period", "0");
    User user = lab.user();
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();
    client.refresh(login.refreshToken());

    assertThat(lab.keycloak().metrics())
        .containsPattern("token_guard_refresh_total\\{outcome=\"rotated\"} [1-9]")
        .containsPattern("token_guard_refresh_total\\{outcome=\"reused\"} [1-9]")
        .containsPattern("token_guard_redis_seconds_count\\{operation=\"begin\"} [1-9]")
        .containsPattern("token_guard_redis_seconds_count\\{operation=\"rotate\"} [1-9]")
        .contains("token_guard_redis_failures_total{failure=\"timeout\",operation=\"rotate\"}")
        .doesNotContain(user.id(), Tokens.family(login), client.clientId());
  }

  /** The event of a reuse is stored for the console where no types of events were chosen. */
  @Test
  void given_a_reuse_then_its_event_is_stored_once_unless_other_types_were_chosen() {
    try (OwnRealm realm = OwnRealm.create(Map.of("eventsEnabled", true))) {
      AdminApi admin = realm.admin();
      realm.apply("app", "any-client", Map.of());

      assertThat(reusesStored(realm, "none-chosen")).isEqualTo(1);

      // The console reads the default types and saves them with whatever else it changes.
      ObjectNode config = (ObjectNode) admin.get("/events/config").orFail().body();
      assertThat(config.path("enabledEventTypes").toString()).doesNotContain("REFRESH_TOKEN_ERROR");
      admin.put("/events/config", config.put("eventsExpiration", 3600)).orFail();
      assertThat(reusesStored(realm, "defaults-saved")).isEqualTo(1);

      admin.updateRealm(Map.of("enabledEventTypes", List.of("LOGIN")));
      assertThat(reusesStored(realm, "others-chosen")).isZero();
      assertThat(info("realms-not-storing-reuse-events")).contains(realm.name());

      admin.updateRealm(Map.of("enabledEventTypes", List.of("REFRESH_TOKEN_ERROR")));
      assertThat(reusesStored(realm, "chosen")).isEqualTo(1);
      assertThat(info("realms-not-storing-reuse-events")).doesNotContain(realm.name());
    }
  }

  private static long reusesStored(OwnRealm realm, String userName) {
    String userId = realm.admin().createUser(userName, Lab.PASSWORD);
    Answer login = realm.app().login(userName, Lab.PASSWORD).orFail();
    realm.app().refresh(login.refreshToken()).orFail();
    assertRefused(realm.app().refresh(login.refreshToken()));
    return realm.admin().events("REFRESH_TOKEN_ERROR").stream()
        .filter(event -> event.path("userId").asText().equals(userId))
        .filter(event -> event.path("error").asText().equals("refresh_token_reused"))
        .count();
  }

  @Test
  void given_a_condition_on_scopes_then_revoked_is_refused_without_a_scope_and_it_is_reported() {
    assumeTrue(
        lab.has("conditions by the event's client"),
        "Keycloak up to 26.5 evaluates this condition for logins only");
    try (OwnRealm realm = OwnRealm.create(Map.of())) {
      OidcClient app = realm.app();
      realm.admin().createUser("alice", Lab.PASSWORD);
      realm.apply(
          "by-scope", "client-scopes", Map.of("type", "Optional", "scopes", List.of("phone")));
      String scope = "openid phone";
      Answer login = app.login("alice", Lab.PASSWORD, "phone").orFail();
      Answer next = app.refresh(login.refreshToken(), scope).orFail();
      Answer kept = app.refresh(next.refreshToken()).orFail();
      assertThat(generation(kept)).as("no policy, no rotation").isEqualTo(1);
      app.refresh(kept.refreshToken()).orFail();

      assertRefused(app.refresh(login.refreshToken(), scope));

      assertRefused(app.refresh(next.refreshToken()));
      assertRefused(app.refresh(kept.refreshToken()));
      assertThat(lab.keycloak().log().text())
          .containsOnlyOnce(
              "by-scope of realm " + realm.name() + " covers the login but not the refresh");
      assertThat(info(PARTLY)).contains("policy by-scope covers the login but not the refresh");
    }
  }

  @Test
  void given_a_condition_on_the_grant_then_a_policy_for_refreshes_only_is_reported() {
    try (OwnRealm realm = OwnRealm.create(Map.of())) {
      OidcClient app = realm.app();
      realm.admin().createUser("alice", Lab.PASSWORD);
      realm.apply("by-grant", "grant-type", Map.of("grant_types", List.of("refresh_token")));
      app.refresh(app.login("alice", Lab.PASSWORD).orFail().refreshToken()).orFail();
      assertThat(info(PARTLY)).as("may be older than the policy").doesNotContain("by-grant");
      Lab.awaitNextSecond();

      app.refresh(app.login("alice", Lab.PASSWORD).orFail().refreshToken()).orFail();

      assertThat(info(PARTLY)).contains("policy by-grant covers the refresh but not the login");
    }
  }

  @Test
  void given_the_policy_was_removed_then_nothing_is_reported() {
    try (OwnRealm realm = OwnRealm.create(Map.of())) {
      realm.admin().createUser("alice", Lab.PASSWORD);
      realm.apply("for-all", "any-client", Map.of());
      Answer login = realm.app().login("alice", Lab.PASSWORD).orFail();
      realm.admin().delete("/token-guard/configuration").orFail();

      realm.app().refresh(login.refreshToken()).orFail();

      assertThat(info(PARTLY)).doesNotContain("for-all");
    }
  }

  private static String info(String name) {
    return lab.refreshTokenInfo().path(name).asText();
  }
}
