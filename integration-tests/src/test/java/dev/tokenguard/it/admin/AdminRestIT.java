package dev.tokenguard.it.admin;

import static dev.tokenguard.it.Tokens.accessTokenId;
import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.family;
import static dev.tokenguard.it.Tokens.session;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.admin.OpenApi.Caller;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Json;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin REST API: what it shows and revokes, for whom, and that it is described so. */
class AdminRestIT extends LabTest {

  private static final String CHROME =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
          + " Safari/537.36";
  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000000";
  private static final Duration SOON = Duration.ofSeconds(15);

  private static OpenApi description;
  private static Caller rest;
  private static OidcClient shop;
  private static OidcClient desk;

  private final User user = lab.user();
  private final String families = "/users/" + user.id() + "/families";
  private final String sessions = "/users/" + user.id() + "/sessions/";

  @BeforeAll
  static void recordAdminEvents() {
    lab.admin().updateRealm(Map.of("adminEventsEnabled", true));
    description = new OpenApi();
    rest = description.caller(lab.admin());
    shop = lab.clientWith("grace-period", "0");
    desk = lab.clientWith("grace-period", "60");
  }

  @AfterAll
  static void stopRecording() {
    lab.admin().updateRealm(Map.of("adminEventsEnabled", false));
  }

  @AfterEach
  void reconnectRedis() {
    lab.reconnectRedis();
  }

  private Answer refreshed(OidcClient client, String... scopes) {
    return client.refresh(user.logIn(client, scopes).refreshToken()).orFail();
  }

  private static List<JsonNode> list(String path) {
    return StreamSupport.stream(rest.get(path).orFail().body().spliterator(), false).toList();
  }

  private ObjectNode listed(Answer tokens) {
    return list(families).stream()
        .filter(it -> it.path("id").asText().equals(family(tokens)))
        .map(ObjectNode.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static String stateOf(JsonNode family) {
    return family.path("state").asText();
  }

  private static void assertDeletes(String path) {
    assertThat(rest.delete(path).status()).isEqualTo(204);
    assertThat(rest.delete(path).status()).as("again").isEqualTo(204);
  }

  /** Each request is an admin event, also one that is repeated. */
  private static void assertAdminEvents(String type, String operation, String path) {
    List<String> events =
        StreamSupport.stream(
                lab.admin().get("/admin-events?max=100").orFail().body().spliterator(), false)
            .filter(it -> it.path("resourcePath").asText().equals("token-guard" + path))
            .map(it -> it.path("resourceType").asText() + " " + it.path("operationType").asText())
            .toList();
    String expected = type + " " + operation;
    assertThat(events).containsExactly(expected, expected);
  }

  @Test
  void given_families_when_they_are_listed_then_each_has_its_client_device_and_generation() {
    OidcClient browser =
        shop.withHeader("User-Agent", CHROME).withHeader("X-Forwarded-For", "203.0.113.7");
    long begin = System.currentTimeMillis();
    Answer tokens = browser.refresh(refreshed(browser).refreshToken()).orFail();
    Answer offline = refreshed(desk, "offline_access");
    long end = System.currentTimeMillis();

    ObjectNode online = listed(tokens);

    assertThat(online.remove("created").asLong()).isBetween(begin - 1000, end);
    assertThat(online.remove("lastRefresh").asLong()).isBetween(begin, end);
    assertThat(online.remove("browser").asText()).startsWith("Chrome/126");
    assertThat(online.remove("device").asText()).isNotEmpty();
    String expected =
        """
        {"id": "%s", "state": "active", "clientId": "%s", "clientUuid": "%s", "sessionId": "%s",
         "offline": false, "generation": 2, "ipAddress": "203.0.113.7", "os": "Linux"}
        """
            .formatted(
                family(tokens),
                shop.clientId(),
                lab.admin().clientUuid(shop.clientId()),
                session(tokens));
    assertThat(online).isEqualTo(Json.parse(expected));
    assertThat(listed(offline).path("offline").asBoolean()).isTrue();
    assertThat(stateOf(listed(offline))).isEqualTo("active");
    List<JsonNode> all = list(families);
    assertThat(all).hasSize(2).first().isEqualTo(listed(offline));
    assertThat(list(families + "?max=1")).isEqualTo(all.subList(0, 1));
    assertThat(list(families + "?first=1&max=2")).isEqualTo(all.subList(1, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TOKEN_FAMILY", "TOKEN_SESSION", "TOKEN_FAMILIES"})
  void given_a_resource_when_it_is_deleted_then_its_tokens_are_refused_and_others_stay_active(
      String type) {
    Answer login = user.logIn(shop);
    Answer newest = shop.refresh(shop.refresh(login.refreshToken()).orFail().refreshToken());
    Answer offline = refreshed(desk, "offline_access");
    Answer ofOtherUser = lab.user().logIn(shop);
    Answer notFound = rest.delete(sessions + session(ofOtherUser));
    assertThat(notFound.status()).isEqualTo(404);
    assertThat(notFound.text("errorMessage")).isEqualTo("The user has no such session");
    boolean isAll = type.equals("TOKEN_FAMILIES");
    String path =
        switch (type) {
          case "TOKEN_FAMILY" -> families + "/" + family(login);
          case "TOKEN_SESSION" -> sessions + session(login);
          default -> families;
        };

    assertDeletes(path);

    assertRevoked(shop, login, newest);
    assertThat(shop.refresh(newest.refreshToken()).error()).isEqualTo("invalid_grant");
    assertThat(stateOf(listed(newest))).isEqualTo("revoked");
    assertThat(desk.userinfo(offline.accessToken()).status()).isEqualTo(isAll ? 401 : 200);
    assertThat(stateOf(listed(offline))).isEqualTo(isAll ? "revoked" : "active");
    assertThat(desk.refresh(offline.refreshToken()).isOk()).isNotEqualTo(isAll);
    assertActive(shop, ofOtherUser, shop.refresh(ofOtherUser.refreshToken()).orFail());
    assertThat(lab.redisClient().exists("tg:sid:" + session(ofOtherUser))).isFalse();
    assertAdminEvents(type, "DELETE", path);
  }

  @Test
  void given_tokens_that_no_client_has_refreshed_or_without_a_family_then_they_are_revoked_too() {
    OidcClient unguarded = lab.client("demo-built-in");
    Answer unrefreshed = user.logIn(shop);
    assertThat(lab.admin().delete("/token-guard" + families + "/").status()).isEqualTo(404);
    assertActive(shop, unrefreshed);
    assertDeletes(families + "/" + family(unrefreshed));
    assertRevoked(shop, unrefreshed);
    assertRefused(shop.refresh(unrefreshed.refreshToken()));

    Answer ofSession = user.logIn(unguarded);
    assertDeletes(sessions + session(ofSession));
    assertRevoked(unguarded, ofSession);

    Answer ofUser = user.logIn(unguarded);
    assertDeletes(families);
    assertRevoked(unguarded, ofUser);
  }

  @Test
  void given_a_user_of_another_realm_then_there_is_no_such_user_here() {
    AdminApi master = lab.keycloak().admin("master");
    String elsewhere = master.createUser(lab.uniqueId("elsewhere"), Lab.PASSWORD);
    for (String id : List.of(master.userId("admin"), elsewhere)) {
      for (Answer answer :
          List.of(
              rest.get("/users/" + id + "/families"),
              rest.delete("/users/" + id + "/families"),
              rest.delete("/users/" + id + "/families/" + UNKNOWN),
              rest.delete("/users/" + id + "/sessions/" + UNKNOWN))) {
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("errorMessage")).isEqualTo("User not found");
      }
    }
  }

  @Test
  void given_an_access_token_when_it_is_put_on_the_blacklist_then_it_is_refused_at_once() {
    Answer login = user.logIn(shop);
    String path = "/blacklist/" + accessTokenId(login);
    String key = "tg:at:" + accessTokenId(login);
    long expires = Jwt.claims(login.accessToken()).path("exp").asLong();
    assertThat(rest.get(path).status()).isEqualTo(404);
    Answer invalid = rest.put(path, Map.of("lifespan", 0));
    assertThat(invalid.status()).isEqualTo(400);
    assertThat(invalid.text("errorMessage")).isEqualTo("lifespan: 1 to 315360000 seconds");

    assertThat(rest.put(path, Map.of("expiresAt", expires)).status()).isEqualTo(204);
    assertThat(rest.put(path, Map.of("lifespan", 60)).status()).isEqualTo(204);

    assertRevoked(shop, login);
    assertThat(rest.get(path).orFail().text("reason")).isEqualTo("administrator");
    assertThat(lab.redisClient().expireTime(key)).isEqualTo(expires);
    assertAdminEvents("REVOKED_TOKEN", "CREATE", path);
    lab.redisClient().del(key);
    assertThat(rest.get(path).orFail().text("reason")).as("Keycloak's list").isEqualTo("revoked");
    assertRevoked(shop, login);
    shop.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_reuse_and_a_mismatch_then_they_are_listed_as_incidents_the_newest_first() {
    OidcClient thief =
        shop.withHeader("User-Agent", "thief").withHeader("X-Forwarded-For", "198.51.100.9");
    Answer login = user.logIn(shop);
    long begin = System.currentTimeMillis();
    shop.refresh(shop.refresh(login.refreshToken()).orFail().refreshToken()).orFail();
    assertRefused(thief.refresh(login.refreshToken()));
    OidcClient bound = lab.clientWith("bind-to", "user-agent");
    Answer kept = user.logIn(bound);
    assertRefused(bound.withHeader("User-Agent", "thief").refresh(kept.refreshToken()));

    List<JsonNode> ours =
        list("/incidents").stream()
            .filter(it -> it.path("userId").asText().equals(user.id()))
            .toList();

    assertThat(ours)
        .extracting(it -> it.path("type").asText())
        .containsExactly("mismatch", "reuse");
    ObjectNode reuse = (ObjectNode) ours.get(1);
    assertThat(reuse.remove("time").asLong()).isBetween(begin - 1000, System.currentTimeMillis());
    String expected =
        """
        {"type": "reuse", "userId": "%s", "clientId": "%s", "sessionId": "%s", "family": "%s",
         "generation": 0, "newestGeneration": 2, "ipAddress": "198.51.100.9",
         "reason": "older-generation"}
        """
            .formatted(user.id(), shop.clientId(), session(login), family(login));
    assertThat(reuse).isEqualTo(Json.parse(expected));
    assertThat(ours.get(0).path("reason").asText()).isEqualTo("bound to another user-agent");
    assertThat(list("/incidents?type=mismatch")).contains(ours.get(0)).doesNotContain(ours.get(1));
    assertThat(list("/incidents?first=1&max=1")).isEqualTo(list("/incidents").subList(1, 2));
    assertThat(rest.get("/incidents?type=theft").text("errorMessage"))
        .isEqualTo("type: one of reuse, mismatch, blacklisted-activity");
  }

  @Test
  void given_no_redis_when_a_family_is_revoked_then_503_and_it_is_revoked_afterwards() {
    Answer tokens = refreshed(shop);
    lab.disconnectRedis();

    Answer pending = rest.delete(families + "/" + family(tokens));

    assertThat(pending.status()).isEqualTo(503);
    assertThat(pending.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    assertThat(pending.text("errorMessage")).contains("Redis is unavailable", "after the outage");
    lab.reconnectRedis();
    Await.until(
        "a refusal of the access token",
        SOON,
        () -> shop.userinfo(tokens.accessToken()).status() == 401);
    assertRefused(shop.refresh(tokens.refreshToken()));
  }

  @Test
  void given_administrators_then_each_role_allows_what_is_described_and_nothing_else() {
    assertThat(statuses(description.caller(nobody()))).containsOnly(401);
    assertThat(statuses(withRoles())).containsOnly(403);
    assertThat(statuses(withRoles("view-clients"))).containsOnly(403);
    assertThat(statuses(withRoles("view-users")))
        .isEqualTo(List.of(200, 403, 403, 403, 403, 403, 403));
    assertThat(statuses(withRoles("manage-users")))
        .isEqualTo(List.of(200, 204, 204, 404, 403, 403, 403));
    assertThat(statuses(withRoles("view-realm")))
        .isEqualTo(List.of(403, 403, 403, 403, 404, 403, 403));
    assertThat(statuses(withRoles("manage-realm")).get(5)).isEqualTo(204);
    assertThat(statuses(withRoles("view-events")))
        .isEqualTo(List.of(403, 403, 403, 403, 403, 403, 200));
    // Without the permission to query users, the response does not reveal who exists.
    String unknown = "/users/" + UNKNOWN + "/families";
    assertThat(withRoles("view-events").get(unknown).status()).isEqualTo(403);
    assertThat(withRoles("query-users").get(unknown).status()).isEqualTo(404);
  }

  /** Of each route, in the order of the description; for ids that do not exist. */
  private List<Integer> statuses(Caller caller) {
    String token = "/blacklist/onrtac:" + user.id();
    return List.of(
        caller.get(families).status(),
        caller.delete(families).status(),
        caller.delete(families + "/" + UNKNOWN).status(),
        caller.delete(sessions + UNKNOWN).status(),
        caller.get(token).status(),
        caller.put(token, Map.of("lifespan", 60)).status(),
        caller.get("/incidents").status());
  }

  private static AdminApi nobody() {
    return AdminApi.ofNobody(lab.keycloak().baseUri(), Lab.REALM);
  }

  private static Caller withRoles(String... roles) {
    User administrator = lab.user();
    String management = lab.admin().clientUuid("realm-management");
    String path = "/clients/" + management + "/roles/";
    List<JsonNode> representations =
        Stream.of(roles).map(role -> lab.admin().get(path + role).orFail().body()).toList();
    String mappings = "/users/" + administrator.id() + "/role-mappings/clients/" + management;
    lab.admin().post(mappings, representations).orFail();
    return description.caller(
        AdminApi.ofRealmUser(
            lab.keycloak().baseUri(), Lab.REALM, administrator.name(), Lab.PASSWORD));
  }

  @Test
  void given_the_description_then_every_answer_and_every_field_of_it_exists() {
    OpenApi whole = new OpenApi();
    Caller all = whole.caller(lab.admin());
    Answer tokens = refreshed(shop.withHeader("User-Agent", CHROME));
    Answer reused = user.logIn(shop);
    shop.refresh(reused.refreshToken()).orFail();
    assertRefused(shop.refresh(reused.refreshToken()));
    String family = families + "/";
    String token = "/blacklist/onrtac:" + user.id();
    Map<String, Integer> lifespan = Map.of("lifespan", 60);

    all.get(families).orFail();
    all.get("/incidents").orFail();
    all.put(token, lifespan).orFail();
    all.get(token).orFail();
    all.delete(family + family(tokens)).orFail();
    all.delete(sessions + session(tokens)).orFail();
    all.delete(families).orFail();
    all.get("/users/" + UNKNOWN + "/families");
    all.delete("/users/" + UNKNOWN + "/families");
    all.delete("/users/" + UNKNOWN + "/families/" + UNKNOWN);
    all.delete(sessions + UNKNOWN);
    all.get("/blacklist/" + UNKNOWN);
    all.delete(family + "a:b:c");
    all.delete(sessions + "a:b:c");
    all.get("/blacklist/a:b:c");
    all.put("/blacklist/a:b:c", lifespan);
    all.get("/incidents?type=theft");
    for (AdminApi api : List.of(nobody(), withRoles().api())) {
      Caller caller = whole.caller(api);
      statuses(caller);
      caller.delete("/configuration");
    }
    whole.caller(lab.keycloak().admin("master")).delete("/configuration").orFail();
    lab.disconnectRedis();
    statuses(all);
    lab.reconnectRedis();

    assertThat(whole.unseen()).isEmpty();
  }
}
