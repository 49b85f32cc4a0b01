package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One call takes all that names Token Guard out of a realm, and nothing else. */
class TakeOutIT extends LabTest {

  private static final String REALM = "leaving";
  private static final String CALL = "/token-guard/configuration";

  private static final Map<String, Object> OURS =
      Map.of("executor", "redis-refresh-token-rotation", "configuration", Map.of());
  private static final Map<String, Object> ANOTHER =
      Map.of("executor", "pkce-enforcer", "configuration", Map.of("auto-configure", "false"));

  private final AdminApi admin = lab.keycloak().admin(REALM);

  @BeforeEach
  void createRealm() {
    lab.keycloak()
        .admin("master")
        .createRealm(
            Map.of(
                "realm",
                REALM,
                "enabled",
                true,
                "eventsListeners",
                List.of("jboss-logging", "redis-token-blacklist")))
        .orFail();
    admin.putProfilesAndPolicies(
        List.of(
            profile("rotation", OURS), profile("mixed", OURS, ANOTHER), profile("pkce", ANOTHER)),
        List.of(policy("ours", "rotation"), policy("both", "rotation", "mixed", "pkce")));
  }

  @AfterEach
  void deleteRealm() {
    admin.delete("").orFail();
  }

  @Test
  void given_profiles_policies_and_the_listener_when_it_is_taken_out_then_all_else_stays() {
    Answer taken = admin.delete(CALL).orFail();

    assertThat(texts(taken.body().path("policies"))).containsExactly("ours");
    assertThat(texts(taken.body().path("profiles"))).containsExactly("rotation", "mixed");
    assertThat(taken.body().path("eventListener").asBoolean()).isTrue();
    assertThat(executorsByProfile())
        .isEqualTo(Map.of("mixed", List.of("pkce-enforcer"), "pkce", List.of("pkce-enforcer")));
    assertThat(profilesByPolicy()).isEqualTo(Map.of("both", List.of("mixed", "pkce")));
    assertThat(texts(admin.get("").orFail().body().path("eventsListeners")))
        .containsExactly("jboss-logging");
  }

  @Test
  void given_it_was_taken_out_when_it_is_asked_for_again_then_there_is_nothing_to_do() {
    admin.delete(CALL).orFail();
    Map<String, List<String>> profiles = executorsByProfile();

    Answer again = admin.delete(CALL).orFail();

    assertThat(again.body().path("policies")).isEmpty();
    assertThat(again.body().path("profiles")).isEmpty();
    assertThat(again.body().path("eventListener").asBoolean()).isFalse();
    assertThat(executorsByProfile()).isEqualTo(profiles);
  }

  @Test
  void given_somebody_who_may_not_manage_the_realm_then_nothing_is_taken_out() {
    Map<String, List<String>> profiles = executorsByProfile();
    admin.createUser("bob", Lab.PASSWORD);
    AdminApi bob = AdminApi.ofRealmUser(lab.keycloak().baseUri(), REALM, "bob", Lab.PASSWORD);

    assertThat(bob.delete(CALL).status()).isEqualTo(403);
    assertThat(AdminApi.ofNobody(lab.keycloak().baseUri(), REALM).delete(CALL).status())
        .isEqualTo(401);

    assertThat(executorsByProfile()).isEqualTo(profiles);
  }

  @SafeVarargs
  private static Map<String, Object> profile(String name, Map<String, Object>... executors) {
    return Map.of("name", name, "executors", List.of(executors));
  }

  private static Map<String, Object> policy(String name, String... profiles) {
    return Map.of(
        "name",
        name,
        "enabled",
        true,
        "profiles",
        List.of(profiles),
        "conditions",
        List.of(Map.of("condition", "any-client", "configuration", Map.of())));
  }

  private Map<String, List<String>> executorsByProfile() {
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (JsonNode profile :
        admin.get("/client-policies/profiles").orFail().body().path("profiles")) {
      found.put(
          profile.path("name").asText(), texts(profile.path("executors").findValues("executor")));
    }
    return found;
  }

  private Map<String, List<String>> profilesByPolicy() {
    Map<String, List<String>> found = new LinkedHashMap<>();
    for (JsonNode policy :
        admin.get("/client-policies/policies").orFail().body().path("policies")) {
      found.put(policy.path("name").asText(), texts(policy.path("profiles")));
    }
    return found;
  }

  private static List<String> texts(Iterable<JsonNode> nodes) {
    List<String> texts = new ArrayList<>();
    nodes.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}
