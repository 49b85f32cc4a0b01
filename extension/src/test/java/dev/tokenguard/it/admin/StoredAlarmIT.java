package dev.tokenguard.it.admin;

import static dev.tokenguard.it.Tokens.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The event of a reuse is stored for the console where no types of events were chosen. */
class StoredAlarmIT extends LabTest {

  private static OwnRealm realm;
  private static AdminApi admin;

  @BeforeAll
  static void createRealm() {
    realm = OwnRealm.create(Map.of("eventsEnabled", true));
    admin = realm.admin();
    admin.putProfilesAndPolicies(
        List.of(ClientPolicies.profile("app", Map.of("grace-period", "0"))),
        List.of(ClientPolicies.policy("app")));
  }

  @AfterAll
  static void deleteRealm() {
    realm.close();
  }

  @Test
  void given_no_chosen_types_then_the_reuse_is_stored_once() {
    store(List.of());

    assertThat(reusesStoredOf(reuse("none-chosen"))).hasSize(1);

    // The console reads the default types and saves them with whatever else it changes.
    ObjectNode config = (ObjectNode) admin.get("/events/config").orFail().body();
    assertThat(config.path("enabledEventTypes").toString()).doesNotContain("REFRESH_TOKEN_ERROR");
    admin.put("/events/config", config.put("eventsExpiration", 3600)).orFail();

    assertThat(reusesStoredOf(reuse("defaults-saved"))).hasSize(1);
  }

  @Test
  void given_other_types_were_chosen_then_it_is_not_stored_and_server_info_reports_it() {
    store(List.of("LOGIN"));

    assertThat(reusesStoredOf(reuse("others-chosen"))).isEmpty();
    assertThat(realmsNotStoring()).contains(realm.name());
  }

  @Test
  void given_the_type_was_chosen_then_keycloak_stores_it_once() {
    store(List.of("REFRESH_TOKEN_ERROR"));

    assertThat(reusesStoredOf(reuse("chosen"))).hasSize(1);
    assertThat(realmsNotStoring()).doesNotContain(realm.name());
  }

  private static void store(List<String> types) {
    admin.updateRealm(Map.of("eventsEnabled", true, "enabledEventTypes", types));
  }

  private static String realmsNotStoring() {
    return lab.refreshTokenInfo().path("realms-not-storing-the-alarm").asText();
  }

  private static String reuse(String userName) {
    String userId = admin.createUser(userName, Lab.PASSWORD);
    OidcClient app = realm.app();
    Answer login = app.login(userName, Lab.PASSWORD).orFail();
    app.refresh(login.refreshToken()).orFail();
    assertRefused(app.refresh(login.refreshToken()));
    return userId;
  }

  private static List<JsonNode> reusesStoredOf(String userId) {
    return admin.events("REFRESH_TOKEN_ERROR").stream()
        .filter(event -> event.path("userId").asText().equals(userId))
        .filter(event -> event.path("error").asText().equals("refresh_token_reused"))
        .toList();
  }
}
