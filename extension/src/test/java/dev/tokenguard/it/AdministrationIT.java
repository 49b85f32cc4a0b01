package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an administrator sees and may save. */
class AdministrationIT extends LabTest {

  private static final String EXECUTOR = "redis-refresh-token-rotation";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mode                             | on     | Mode [mode]: "on" is not accepted. Accepted: one of enforce, observe
          grace-period                     | 301    | Grace period (seconds) [grace-period]: "301" is not accepted. Accepted: 0 to 300 seconds
          grace-period                     | -1     | Grace period (seconds) [grace-period]: "-1" is not accepted. Accepted: 0 to 300 seconds
          grace-period                     | ten    | Grace period (seconds) [grace-period]: "ten" is not accepted. Accepted: 0 to 300 seconds
          grace-max-replays                | -1     | Maximum replays within the grace period [grace-max-replays]: "-1" is not accepted. Accepted: 0 to 1000000 replays
          grace-context                    | all    | Context within the grace period [grace-context]: "all" is not accepted. Accepted: one of none, user-agent, ip, user-agent-and-ip
          on-reuse                         | shrug  | On token reuse [on-reuse]: "shrug" is not accepted. Accepted: one of revoke-family, revoke-client-session, revoke-session, revoke-user
          max-rotations                    | 1.5    | Maximum rotations [max-rotations]: "1.5" is not accepted. Accepted: 0 to 2147483647 rotations
          absolute-lifetime                | -5     | Absolute lifetime (seconds) [absolute-lifetime]: "-5" is not accepted. Accepted: 0 to 2147483647 seconds
          max-refreshes-per-minute         | many   | Maximum refreshes per minute [max-refreshes-per-minute]: "many" is not accepted. Accepted: 0 to 1000000 refreshes
          max-families-per-user-and-client | 1001   | Maximum families per user and client [max-families-per-user-and-client]: "1001" is not accepted. Accepted: 0 to 1000 families
          bind-to                          | host   | Bind tokens to [bind-to]: "host" is not accepted. Accepted: one of none, user-agent, ip, user-agent-and-ip
          on-binding-mismatch              | allow  | On binding mismatch [on-binding-mismatch]: "allow" is not accepted. Accepted: one of deny, observe, revoke-family
          revoke-previous-access-token     | yes    | Revoke previous access token [revoke-previous-access-token]: "yes" is not accepted. Accepted: true or false
          on-redis-failure                 | retry  | On Redis failure [on-redis-failure]: "retry" is not accepted. Accepted: one of deny, allow
          on-missing-state                 | forget | On missing Redis record [on-missing-state]: "forget" is not accepted. Accepted: one of adopt, deny
          grace-perriod                | 10     | redis-refresh-token-rotation has no setting named grace-perriod
          """)
  void given_a_bad_value_when_the_profile_is_saved_then_the_message_names_setting_value_and_range(
      String setting, String value, String message) {
    JsonNode before = lab.admin().get("/client-policies/profiles").orFail().body();

    Answer refused = saveBesideTheOthers(Map.of(setting, value));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("errorMessage")).isEqualTo(message);
    assertThat(lab.admin().get("/client-policies/profiles").orFail().body()).isEqualTo(before);
  }

  @Test
  void given_numbers_and_booleans_by_rest_when_the_profile_is_saved_then_they_are_accepted() {
    JsonNode before = lab.admin().get("/client-policies/profiles").orFail().body();

    saveBesideTheOthers(Map.of("grace-period", 20, "revoke-previous-access-token", true)).orFail();

    lab.admin().put("/client-policies/profiles", before).orFail();
  }

  @Test
  void given_the_console_then_the_form_offers_every_setting_with_label_help_and_default() {
    JsonNode executor = null;
    for (JsonNode type :
        lab.admin()
            .serverInfo()
            .path("componentTypes")
            .path("org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider")) {
      if (type.path("id").asText().equals(EXECUTOR)) {
        executor = type;
      }
    }
    assertThat(executor).isNotNull();
    List<String> labels = new ArrayList<>();
    Map<String, String> defaults = new LinkedHashMap<>();
    for (JsonNode property : executor.path("properties")) {
      assertThat(property.path("helpText").asText()).isNotBlank();
      labels.add(property.path("label").asText());
      defaults.put(property.path("name").asText(), property.path("defaultValue").asText());
    }
    assertThat(labels).startsWith("Mode", "Grace period (seconds)").hasSize(14);
    assertThat(defaults)
        .containsExactly(
            Map.entry("mode", "enforce"),
            Map.entry("grace-period", "10"),
            Map.entry("grace-context", "user-agent"),
            Map.entry("grace-max-replays", "0"),
            Map.entry("on-reuse", "revoke-family"),
            Map.entry("revoke-previous-access-token", "false"),
            Map.entry("max-rotations", "0"),
            Map.entry("absolute-lifetime", "0"),
            Map.entry("max-refreshes-per-minute", "0"),
            Map.entry("max-families-per-user-and-client", "1000"),
            Map.entry("bind-to", "none"),
            Map.entry("on-binding-mismatch", "deny"),
            Map.entry("on-redis-failure", "deny"),
            Map.entry("on-missing-state", "adopt"));
  }

  @Test
  void given_refreshes_then_the_metrics_count_outcomes_and_redis_calls_without_any_id()
      throws IOException, InterruptedException {
    OidcClient client = lab.clientWith("grace-period", "0");
    User user = lab.user();
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();
    client.refresh(login.refreshToken());

    String metrics = metrics();

    assertThat(metrics)
        .containsPattern("token_guard_refresh_total\\{outcome=\"rotated\"} [1-9]")
        .containsPattern("token_guard_refresh_total\\{outcome=\"reused\"} [1-9]")
        .containsPattern("token_guard_redis_seconds_count\\{operation=\"begin\"} [1-9]")
        .containsPattern("token_guard_redis_seconds_count\\{operation=\"rotate\"} [1-9]")
        .contains("token_guard_redis_failures_total{failure=\"timeout\",operation=\"rotate\"}")
        .doesNotContain(user.id(), Family.id(login), client.clientId());
  }

  private static String metrics() throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(lab.keycloak().managementUri().resolve("/metrics")).build(),
            BodyHandlers.ofString())
        .body();
  }

  private static Answer saveBesideTheOthers(Map<String, ?> settings) {
    List<Object> profiles = new ArrayList<>();
    lab.admin()
        .get("/client-policies/profiles")
        .orFail()
        .body()
        .path("profiles")
        .forEach(profiles::add);
    profiles.add(ClientPolicies.profile("candidate", settings));
    return lab.admin().put("/client-policies/profiles", Map.of("profiles", profiles));
  }
}
