package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The alarm of a reuse is stored for the console where the types of events were never chosen. */
class StoredAlarmIT extends LabTest {

  private static final String REALM = "alarmed";

  private static final AdminApi ADMIN = Lab.shared().keycloak().admin(REALM);

  @BeforeAll
  static void createRealm() {
    lab.keycloak()
        .admin("master")
        .createRealm(Map.of("realm", REALM, "enabled", true, "eventsEnabled", true))
        .orFail();
    ADMIN
        .post(
            "/clients",
            Map.of(
                "clientId",
                "app",
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "attributes",
                Map.of("policy-group", "app")))
        .orFail();
    ADMIN.putProfilesAndPolicies(
        List.of(ClientPolicies.profile("app", Map.of("grace-period", "0"))),
        List.of(ClientPolicies.policy("app")));
  }

  @AfterAll
  static void deleteRealm() {
    ADMIN.delete("").orFail();
  }

  @Test
  void given_types_that_were_never_chosen_then_the_alarm_is_stored_once() {
    store(List.of());

    assertThat(alarmsOf(reuse("never-chosen"))).hasSize(1);
  }

  @Test
  void given_the_console_saved_the_default_types_then_the_alarm_is_stored_once() {
    store(List.of());
    // The console reads the default types and saves them with whatever else it changes.
    ObjectNode config = (ObjectNode) ADMIN.get("/events/config").orFail().body();
    assertThat(config.path("enabledEventTypes").toString()).doesNotContain("REFRESH_TOKEN_ERROR");
    ADMIN.put("/events/config", config.put("eventsExpiration", 3600)).orFail();

    assertThat(alarmsOf(reuse("saved-default"))).hasSize(1);
  }

  @Test
  void given_an_administrator_chose_other_types_then_that_stands_and_server_info_shows_it() {
    store(List.of("LOGIN"));

    assertThat(alarmsOf(reuse("chose-others"))).isEmpty();

    assertThat(lab.refreshTokenInfo().path("realms-not-storing-the-alarm").asText())
        .contains(REALM);
  }

  @Test
  void given_an_administrator_chose_the_type_then_keycloak_stores_it_once() {
    store(List.of("REFRESH_TOKEN_ERROR"));

    assertThat(alarmsOf(reuse("chose-it"))).hasSize(1);

    assertThat(lab.refreshTokenInfo().path("realms-not-storing-the-alarm").asText())
        .doesNotContain(REALM);
  }

  private static void store(List<String> types) {
    ADMIN.updateRealm(Map.of("eventsEnabled", true, "enabledEventTypes", types));
  }

  private static String reuse(String userName) {
    String userId = ADMIN.createUser(userName, Lab.PASSWORD);
    OidcClient app = OidcClient.of(lab.keycloak().baseUri(), REALM, "app");
    Answer login = app.login(userName, Lab.PASSWORD).orFail();
    app.refresh(login.refreshToken()).orFail();
    Family.assertRefused(app.refresh(login.refreshToken()));
    return userId;
  }

  private static List<JsonNode> alarmsOf(String userId) {
    return ADMIN.events("REFRESH_TOKEN_ERROR").stream()
        .filter(event -> event.path("userId").asText().equals(userId))
        .filter(event -> event.path("error").asText().equals("refresh_token_reused"))
        .toList();
  }
}
