package dev.tokenguard.it.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an administrator sees and may save. */
class AdministrationIT extends LabTest {

  private static final String PROFILES = "/client-policies/profiles";

  /** Of all settings and ranges, the unit tests. */
  @Test
  void given_an_invalid_value_when_the_profile_is_saved_then_the_message_names_the_setting() {
    JsonNode before = lab.admin().get(PROFILES).orFail().body();

    Answer refused = save(Map.of("grace-period", "301"));
    Answer unknown = save(Map.of("grace-perriod", "10"));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("errorMessage"))
        .isEqualTo(
            "Grace period (seconds) [grace-period]: \"301\" is not accepted. Accepted: 0 to 300"
                + " seconds");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.text("errorMessage")).contains("no setting named grace-perriod");
    assertThat(lab.admin().get(PROFILES).orFail().body()).isEqualTo(before);
  }

  @Test
  void given_numbers_and_booleans_by_rest_when_the_profile_is_saved_then_they_are_accepted() {
    JsonNode before = lab.admin().get(PROFILES).orFail().body();

    save(Map.of("grace-period", 20, "revoke-previous-access-token", true)).orFail();

    lab.admin().put(PROFILES, before).orFail();
  }

  private static Answer save(Map<String, ?> settings) {
    List<Object> profiles = new ArrayList<>();
    lab.admin().get(PROFILES).orFail().body().path("profiles").forEach(profiles::add);
    profiles.add(ClientPolicies.profile("candidate", settings));
    return lab.admin().put(PROFILES, Map.of("profiles", profiles));
  }

  @Test
  void given_the_console_then_the_form_offers_every_setting_with_help_and_default() {
    Map<String, String> defaults = new LinkedHashMap<>();
    lab.admin()
        .serverInfo()
        .path("componentTypes")
        .path("org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider")
        .forEach(
            type -> {
              if (type.path("id").asText().equals("redis-refresh-token-rotation")) {
                for (JsonNode property : type.path("properties")) {
                  assertThat(property.path("helpText").asText()).isNotBlank();
                  assertThat(property.path("label").asText()).isNotBlank();
                  defaults.put(
                      property.path("name").asText(), property.path("defaultValue").asText());
                }
              }
            });
    assertThat(defaults)
        .hasSize(14)
        .containsEntry("mode", "enforce")
        .containsEntry("grace-period", "10")
        .containsEntry("on-reuse", "revoke-family")
        .containsEntry("max-families-per-user-and-client", "1000")
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
}
