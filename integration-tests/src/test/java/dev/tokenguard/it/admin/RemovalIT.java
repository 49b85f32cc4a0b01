package dev.tokenguard.it.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One request removes the configuration of Token Guard from a realm, and nothing else. */
class RemovalIT extends LabTest {

  private static final String PATH = "/token-guard/configuration";

  private static final Map<String, Object> OURS =
      Map.of("executor", "redis-refresh-token-rotation", "configuration", Map.of());
  private static final Map<String, Object> COOKIE =
      Map.of("executor", "refresh-token-cookie", "configuration", Map.of());
  private static final Map<String, Object> ANOTHER =
      Map.of("executor", "pkce-enforcer", "configuration", Map.of("auto-configure", "false"));
  private static final Object ANY = OwnRealm.condition("any-client", Map.of());

  private final OwnRealm realm =
      OwnRealm.create(Map.of("eventsListeners", List.of("jboss-logging", "redis-token-blacklist")));
  private final AdminApi admin = realm.admin();

  {
    admin.putProfilesAndPolicies(
        List.of(
            profile("rotation", OURS),
            profile("mixed", OURS, ANOTHER),
            profile("cookie", COOKIE),
            profile("pkce", ANOTHER)),
        List.of(
            OwnRealm.policy("ours", ANY, "rotation"),
            OwnRealm.policy("both", ANY, "rotation", "mixed", "pkce")));
  }

  @AfterEach
  void deleteRealm() {
    realm.close();
  }

  @Test
  void given_profiles_policies_and_the_listener_when_it_is_removed_then_all_else_stays() {
    Answer removed = admin.delete(PATH).orFail();

    assertThat(texts(removed.body().path("policies"))).containsExactly("ours");
    assertThat(texts(removed.body().path("profiles")))
        .containsExactly("rotation", "mixed", "cookie");
    assertThat(removed.body().path("eventListener").asBoolean()).isTrue();
    assertThat(executorsByProfile())
        .isEqualTo(Map.of("mixed", List.of("pkce-enforcer"), "pkce", List.of("pkce-enforcer")));
    Map<String, List<String>> policies = Map.of("both", List.of("mixed", "pkce"));
    assertThat(profilesByPolicy()).isEqualTo(policies);
    assertThat(texts(admin.get("").orFail().body().path("eventsListeners")))
        .containsExactly("jboss-logging");

    Answer again = admin.delete(PATH).orFail();

    assertThat(again.body().path("policies")).isEmpty();
    assertThat(again.body().path("profiles")).isEmpty();
    assertThat(again.body().path("eventListener").asBoolean()).isFalse();
    assertThat(profilesByPolicy()).isEqualTo(policies);
  }

  @Test
  void given_a_user_who_may_not_manage_the_realm_then_nothing_is_removed() {
    Map<String, List<String>> profiles = executorsByProfile();
    admin.createUser("bob", Lab.PASSWORD);
    AdminApi bob =
        AdminApi.ofRealmUser(lab.keycloak().baseUri(), realm.name(), "bob", Lab.PASSWORD);
    AdminApi nobody = AdminApi.ofNobody(lab.keycloak().baseUri(), realm.name());

    assertThat(bob.delete(PATH).status()).isEqualTo(403);
    assertThat(nobody.delete(PATH).status()).isEqualTo(401);

    assertThat(executorsByProfile()).isEqualTo(profiles);
  }

  private static Map<String, Object> profile(String name, Object... executors) {
    return Map.of("name", name, "executors", executors);
  }

  private Map<String, List<String>> executorsByProfile() {
    return byName("profiles", each -> texts(each.path("executors").findValues("executor")));
  }

  private Map<String, List<String>> profilesByPolicy() {
    return byName("policies", each -> texts(each.path("profiles")));
  }

  private Map<String, List<String>> byName(String what, Function<JsonNode, List<String>> value) {
    Map<String, List<String>> found = new HashMap<>();
    for (JsonNode each : admin.get("/client-policies/" + what).orFail().body().path(what)) {
      found.put(each.path("name").asText(), value.apply(each));
    }
    return found;
  }

  private static List<String> texts(Iterable<JsonNode> nodes) {
    return StreamSupport.stream(nodes.spliterator(), false).map(JsonNode::asText).toList();
  }
}
