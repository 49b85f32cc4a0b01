package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.params.SetParams;

/** The admin REST of Token Guard: what it tells and ends, for whom, and that it is described so. */
class AdminRestIT extends LabTest {

  private static final String CHROME =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
          + " Safari/537.36";

  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000000";

  private static final Duration SOON = Duration.ofSeconds(15);

  private static OpenApi description;
  private static AdminRest rest;
  private static OidcClient shop;
  private static OidcClient desk;
  private static OidcClient bound;

  private final User user = lab.user();

  @BeforeAll
  static void recordAdminEvents() {
    lab.admin().updateRealm(Map.of("adminEventsEnabled", true));
    description = new OpenApi();
    rest = new AdminRest(lab.admin(), description);
    shop = lab.clientWith("grace-period", "0");
    desk = lab.clientWith("grace-period", "60");
    bound = lab.clientWith("bind-to", "user-agent");
  }

  @AfterAll
  static void stopRecording() {
    lab.admin().updateRealm(Map.of("adminEventsEnabled", false));
  }

  @AfterEach
  void redisAnswersAgain() {
    lab.resumeRedis();
  }

  private Answer refreshed(OidcClient client, String... scopes) {
    return client.refresh(user.logIn(client, scopes).refreshToken()).orFail();
  }

  private static String families(User of) {
    return "/users/" + of.id() + "/families";
  }

  private static List<JsonNode> list(String path) {
    List<JsonNode> found = new ArrayList<>();
    rest.get(path).orFail().body().forEach(found::add);
    return found;
  }

  private JsonNode listed(Answer tokens) {
    return list(families(user)).stream()
        .filter(it -> it.path("id").asText().equals(Family.id(tokens)))
        .findFirst()
        .orElseThrow();
  }

  private static String stateOf(JsonNode family) {
    return family.path("state").asText();
  }

  private static void assertEnds(String path) {
    assertThat(rest.delete(path).status()).isEqualTo(204);
    assertThat(rest.delete(path).status()).as("asked again").isEqualTo(204);
  }

  /** Each change is written, also when it was asked for again. */
  private static void assertWritten(String type, String operation, String path) {
    List<JsonNode> events =
        StreamSupport.stream(
                lab.admin().get("/admin-events?max=100").orFail().body().spliterator(), false)
            .filter(it -> it.path("resourcePath").asText().equals("token-guard" + path))
            .toList();
    assertThat(events).hasSize(2);
    assertThat(events)
        .allSatisfy(
            event -> {
              assertThat(event.path("resourceType").asText()).isEqualTo(type);
              assertThat(event.path("operationType").asText()).isEqualTo(operation);
            });
  }

  @Test
  void given_families_when_they_are_listed_then_it_tells_whose_where_from_and_how_far_they_are() {
    OidcClient browser =
        shop.withHeader("User-Agent", CHROME).withHeader("X-Forwarded-For", "203.0.113.7");
    long begin = System.currentTimeMillis();
    Answer first = refreshed(browser);
    Answer second = browser.refresh(first.refreshToken()).orFail();
    Answer offline = refreshed(desk, "offline_access");
    long end = System.currentTimeMillis();

    JsonNode online = listed(second);
    JsonNode other = listed(offline);

    assertThat(online.path("state").asText()).isEqualTo("active");
    assertThat(online.path("clientId").asText()).isEqualTo(shop.clientId());
    assertThat(online.path("clientUuid").asText())
        .isEqualTo(lab.admin().clientUuid(shop.clientId()));
    assertThat(online.path("sessionId").asText()).isEqualTo(Family.session(second));
    assertThat(online.path("offline").asBoolean()).isFalse();
    assertThat(online.path("generation").asLong()).isEqualTo(2);
    assertThat(online.path("created").asLong()).isBetween(begin - 1000, end);
    assertThat(online.path("lastRefresh").asLong()).isBetween(begin, end);
    assertThat(online.path("ipAddress").asText()).isEqualTo("203.0.113.7");
    assertThat(online.path("browser").asText()).startsWith("Chrome/126");
    assertThat(online.path("os").asText()).isEqualTo("Linux");
    assertThat(online.path("device").asText()).isNotEmpty();
    assertThat(other.path("offline").asBoolean()).isTrue();
    assertThat(other.path("state").asText()).isEqualTo("active");
    assertThat(list(families(user))).hasSize(2).first().isEqualTo(other);
  }

  @Test
  void given_families_when_they_are_listed_in_pages_then_none_is_missing() {
    for (int family = 0; family < 3; family++) {
      refreshed(shop);
    }
    List<JsonNode> all = list(families(user));
    assertThat(all).hasSize(3);
    assertThat(list(families(user) + "?max=2")).isEqualTo(all.subList(0, 2));
    assertThat(list(families(user) + "?first=2&max=2")).isEqualTo(all.subList(2, 3));
    assertThat(list(families(user) + "?first=3")).isEmpty();
  }

  @Test
  void given_a_family_when_it_is_revoked_then_its_tokens_are_dead_at_once_and_others_live() {
    Answer login = user.logIn(shop);
    Answer first = shop.refresh(login.refreshToken()).orFail();
    Answer second = shop.refresh(first.refreshToken()).orFail();
    Answer other = refreshed(shop);
    String path = families(user) + "/" + Family.id(login);

    assertEnds(path);

    assertDead(shop, login);
    assertDead(shop, first);
    assertDead(shop, second);
    assertRefused(shop.refresh(second.refreshToken()));
    assertThat(stateOf(listed(second))).isEqualTo("revoked");
    assertAlive(shop, other);
    shop.refresh(other.refreshToken()).orFail();
    assertThat(stateOf(listed(other))).isEqualTo("active");
    assertWritten("TOKEN_FAMILY", "DELETE", path);
  }

  @Test
  void given_a_family_that_was_never_refreshed_when_it_is_revoked_then_its_tokens_are_dead() {
    Answer login = user.logIn(shop);

    assertEnds(families(user) + "/" + Family.id(login));

    assertDead(shop, login);
    assertRefused(shop.refresh(login.refreshToken()));
  }

  @Test
  void given_no_family_behind_the_slash_when_one_is_to_be_revoked_then_none_is() {
    Answer tokens = refreshed(shop);

    Answer refused = lab.admin().delete("/token-guard" + families(user) + "/");

    assertThat(refused.status()).isEqualTo(404);
    assertAlive(shop, tokens);
  }

  @Test
  void given_a_family_that_redis_does_not_know_when_it_is_revoked_then_its_refresh_is_refused() {
    Answer login = user.logIn(shop);
    lab.redisClient().del(lab.keyOf(user));

    assertEnds(families(user) + "/" + Family.id(login));

    assertRefused(shop.refresh(login.refreshToken()));
    assertThat(stateOf(listed(login))).isEqualTo("revoked");
    assertThat(listed(login).has("sessionId")).isFalse();
    assertThat(lab.redisClient().ttl(lab.keyOf(user)))
        .as("as long as its tokens could live")
        .isGreaterThan(lab.admin().get("").body().path("ssoSessionMaxLifespan").asLong() - 60);
  }

  @Test
  void given_a_session_that_is_gone_from_keycloak_when_its_family_is_listed_then_that_is_told() {
    Answer tokens = refreshed(shop);
    lab.stateOf(user)
        .forEach(
            (field, value) -> {
              if (field.startsWith("i:")) {
                String gone = value.replaceFirst("^[^,]*", "~gone");
                lab.redisClient().hset(lab.keyOf(user), field, gone);
              }
            });

    JsonNode family = listed(tokens);

    assertThat(stateOf(family)).isEqualTo("session-ended");
    assertThat(family.has("ipAddress")).isFalse();
    assertThat(family.has("browser")).isFalse();
  }

  @Test
  void given_a_session_when_it_is_ended_then_all_in_it_is_dead_and_other_sessions_live() {
    Answer one = refreshed(shop);
    Answer other = refreshed(shop);
    String path = "/users/" + user.id() + "/sessions/" + Family.session(one);

    assertEnds(path);

    assertDead(shop, one);
    assertThat(shop.refresh(one.refreshToken()).isOk()).isFalse();
    assertThat(stateOf(listed(one))).isEqualTo("revoked");
    assertAlive(shop, other);
    assertWritten("TOKEN_SESSION", "DELETE", path);
  }

  @Test
  void given_a_session_without_a_family_when_it_is_ended_twice_then_both_succeed() {
    OidcClient stock = lab.client("demo-stock");
    Answer login = user.logIn(stock);

    assertEnds("/users/" + user.id() + "/sessions/" + Family.session(login));

    assertDead(stock, login);
  }

  @Test
  void given_the_session_of_somebody_else_when_it_is_to_be_ended_then_404_and_it_lives() {
    User other = lab.user();
    Answer theirs = other.logIn(shop);

    Answer refused = rest.delete("/users/" + user.id() + "/sessions/" + Family.session(theirs));

    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.text("errorMessage")).isEqualTo("The user has no such session");
    assertAlive(shop, theirs);
    assertThat(lab.redisClient().exists("tg:sid:" + Family.session(theirs))).isFalse();
  }

  @Test
  void given_a_user_when_all_is_ended_then_online_and_offline_die_and_other_users_live() {
    User other = lab.user();
    Answer theirs = other.logIn(shop);
    Answer online = refreshed(shop);
    Answer offline = refreshed(desk, "offline_access");
    Answer unmanaged = user.logIn(lab.client("demo-stock"));

    assertEnds(families(user));

    assertDead(shop, online);
    assertDead(desk, offline);
    assertDead(lab.client("demo-stock"), unmanaged);
    assertThat(shop.refresh(online.refreshToken()).isOk()).isFalse();
    assertThat(desk.refresh(offline.refreshToken()).isOk()).isFalse();
    assertThat(list(families(user))).extracting(AdminRestIT::stateOf).containsOnly("revoked");
    assertAlive(shop, theirs);
    shop.refresh(theirs.refreshToken()).orFail();
    assertWritten("TOKEN_FAMILIES", "DELETE", families(user));
  }

  @Test
  void given_a_user_of_another_realm_then_there_is_no_such_user_here() {
    AdminApi master = lab.keycloak().admin("master");
    String administrator = master.userId("admin");
    String somebody = master.createUser("somebody-elsewhere", Lab.PASSWORD);
    for (String id : List.of(administrator, somebody)) {
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
    JsonNode claims = Jwt.claims(login.accessToken());
    String path = "/blacklist/" + claims.path("jti").asText();
    assertThat(rest.get(path).status()).isEqualTo(404);

    Map<String, Object> term = Map.of("expiresAt", claims.path("exp").asLong());
    assertThat(rest.put(path, term).status()).isEqualTo(204);
    assertThat(rest.put(path, Map.of("lifespan", 60)).status()).isEqualTo(204);

    assertDead(shop, login);
    assertThat(rest.get(path).orFail().text("reason")).isEqualTo("administrator");
    String key = "tg:at:" + claims.path("jti").asText();
    assertThat(lab.redisClient().expireTime(key)).isEqualTo(claims.path("exp").asLong());
    shop.refresh(login.refreshToken()).orFail();
    assertWritten("REVOKED_TOKEN", "CREATE", path);
  }

  @Test
  void given_a_token_that_redis_has_forgotten_then_the_list_of_keycloak_still_tells_it() {
    Answer login = user.logIn(shop);
    String id = Jwt.claims(login.accessToken()).path("jti").asText();
    rest.put("/blacklist/" + id, Map.of("lifespan", 600)).orFail();
    lab.redisClient().del("tg:at:" + id);

    assertThat(rest.get("/blacklist/" + id).orFail().text("reason")).isEqualTo("revoked");
    assertDead(shop, login);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                               | give expiresAt or lifespan, in seconds, and not both
          {"lifespan":0}                   | lifespan: 1 to 315360000 seconds
          {"lifespan":"60"}                | lifespan: 1 to 315360000 seconds
          {"lifespan":60,"expiresAt":60}   | give expiresAt or lifespan, in seconds, and not both
          {"reason":"logout"}              | unknown: reason
          """)
  void given_a_bad_term_when_a_token_is_put_on_the_blacklist_then_the_message_says_what_is_wrong(
      String body, String message) {
    Answer refused = rest.put("/blacklist/onrtac:" + UNKNOWN, body);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("errorMessage")).isEqualTo(message);
    assertThat(rest.get("/blacklist/onrtac:" + UNKNOWN).status()).isEqualTo(404);
  }

  @Test
  void given_the_past_or_milliseconds_when_a_token_is_put_on_the_blacklist_then_400() {
    long now = System.currentTimeMillis();
    for (long expiresAt : new long[] {now / 1000 - 60, now + 60_000}) {
      Answer refused = rest.put("/blacklist/" + UNKNOWN, Map.of("expiresAt", expiresAt));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.text("errorMessage")).startsWith("expiresAt: ");
    }
  }

  @Test
  void given_an_id_that_stands_for_a_waiting_revocation_when_it_is_put_on_the_list_then_400() {
    String text = "token-guard:USER:master:LOGOUT:" + user.id() + "::1:2";
    assertThat(rest.put("/blacklist/" + text, Map.of("lifespan", 60)).status()).isEqualTo(400);
  }

  @Test
  void given_a_reuse_and_a_mismatch_then_the_incidents_tell_them_the_newest_first() {
    OidcClient thief =
        shop.withHeader("User-Agent", "thief").withHeader("X-Forwarded-For", "198.51.100.9");
    Answer login = user.logIn(shop);
    Answer second = shop.refresh(shop.refresh(login.refreshToken()).orFail().refreshToken());
    assertRefused(thief.refresh(login.refreshToken()));
    Answer kept = user.logIn(bound);
    assertRefused(bound.withHeader("User-Agent", "thief").refresh(kept.refreshToken()));

    List<JsonNode> ours =
        list("/incidents?max=1000").stream()
            .filter(it -> it.path("userId").asText().equals(user.id()))
            .toList();

    assertThat(ours)
        .extracting(it -> it.path("type").asText())
        .containsExactly("mismatch", "reuse");
    JsonNode reuse = ours.get(1);
    assertThat(reuse.path("clientId").asText()).isEqualTo(shop.clientId());
    assertThat(reuse.path("sessionId").asText()).isEqualTo(Family.session(login));
    assertThat(reuse.path("family").asText()).isEqualTo(Family.id(login));
    assertThat(reuse.path("generation").asLong()).isZero();
    assertThat(reuse.path("newestGeneration").asLong()).isEqualTo(Family.generation(second));
    assertThat(reuse.path("ipAddress").asText()).isEqualTo("198.51.100.9");
    assertThat(reuse.path("reason").asText()).isEqualTo("older-generation");
    assertThat(ours.get(0).path("reason").asText()).isEqualTo("bound to another user-agent");
    assertThat(list("/incidents?type=mismatch"))
        .contains(ours.get(0))
        .allMatch(it -> it.path("type").asText().equals("mismatch"));
    List<JsonNode> all = list("/incidents");
    assertThat(list("/incidents?first=1&max=1")).isEqualTo(all.subList(1, 2));
    assertThat(rest.get("/incidents?type=theft").text("errorMessage"))
        .isEqualTo("type: one of reuse, mismatch, blacklisted-activity");
  }

  @Test
  void given_activity_on_the_blacklist_then_the_incidents_tell_it() {
    OidcClient stock = lab.client("demo-stock");
    Answer login = user.logIn(stock);
    lab.redisClient()
        .set("tg:sid:" + Family.session(login), "logout", SetParams.setParams().ex(900));
    stock.refresh(login.refreshToken()).orFail();

    JsonNode activity =
        list("/incidents?type=blacklisted-activity").stream()
            .filter(it -> it.path("sessionId").asText().equals(Family.session(login)))
            .findFirst()
            .orElseThrow();

    assertThat(activity.path("userId").asText()).isEqualTo(user.id());
    assertThat(activity.path("clientId").asText()).isEqualTo("demo-stock");
    assertThat(activity.path("reason").asText()).isEqualTo("logout");
    assertThat(activity.path("ipAddress").asText()).isEqualTo("127.0.0.1");
    assertThat(activity.has("family")).isFalse();
  }

  @Test
  void given_redis_is_away_when_a_family_is_revoked_then_503_and_it_is_revoked_afterwards() {
    Answer tokens = refreshed(shop);
    String path = families(user) + "/" + Family.id(tokens);
    lab.redis().pause();

    Answer later = rest.delete(path);

    assertThat(later.status()).isEqualTo(503);
    assertThat(later.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    assertThat(later.text("errorMessage")).contains("Redis is unavailable", "after the outage");
    lab.resumeRedis();
    Await.until("the access token to be refused", SOON, () -> isRefusedAtUserinfo(tokens));
    assertRefused(shop.refresh(tokens.refreshToken()));
  }

  private static boolean isRefusedAtUserinfo(Answer tokens) {
    return shop.userinfo(tokens.accessToken()).status() == 401;
  }

  @Test
  void given_no_token_then_401_everywhere_and_without_a_role_403() {
    AdminRest nobody =
        new AdminRest(AdminApi.ofNobody(lab.keycloak().baseUri(), Lab.REALM), description);
    assertThat(statuses(nobody)).containsOnly(401);
    assertThat(statuses(withRoles())).containsOnly(403);
    assertThat(statuses(withRoles("view-clients"))).containsOnly(403);
  }

  @Test
  void given_view_users_only_then_families_are_listed_and_nothing_else_is_allowed() {
    assertThat(statuses(withRoles("view-users")))
        .containsExactly(200, 403, 403, 403, 403, 403, 403);
  }

  @Test
  void given_manage_users_only_then_users_are_revoked_and_nothing_else_is_allowed() {
    Answer tokens = refreshed(shop);
    AdminRest manager = withRoles("manage-users");
    String session = "/users/" + user.id() + "/sessions/" + Family.session(tokens);

    assertThat(manager.get(families(user)).status()).isEqualTo(200);
    assertThat(manager.delete(families(user) + "/" + Family.id(tokens)).status()).isEqualTo(204);
    assertThat(manager.delete(session).status()).isEqualTo(204);
    assertThat(manager.delete(families(user)).status()).isEqualTo(204);
    assertThat(statuses(manager).subList(4, 7)).containsOnly(403);
  }

  @Test
  void given_roles_for_realm_and_events_then_the_blacklist_and_the_incidents_are_open() {
    assertThat(statuses(withRoles("view-realm")))
        .containsExactly(403, 403, 403, 403, 404, 403, 403);
    assertThat(statuses(withRoles("manage-realm")).get(5)).isEqualTo(204);
    assertThat(statuses(withRoles("view-events")))
        .containsExactly(403, 403, 403, 403, 403, 403, 200);
  }

  @Test
  void given_no_right_to_look_for_users_then_it_is_not_told_who_exists() {
    assertThat(withRoles("view-events").get("/users/" + UNKNOWN + "/families").status())
        .isEqualTo(403);
    assertThat(withRoles("query-users").get("/users/" + UNKNOWN + "/families").status())
        .isEqualTo(404);
  }

  /** Of each route, in the order of the description; on things that are not there. */
  private List<Integer> statuses(AdminRest somebody) {
    String token = "/blacklist/onrtac:" + user.id();
    return List.of(
        somebody.get(families(user)).status(),
        somebody.delete(families(user)).status(),
        somebody.delete(families(user) + "/" + UNKNOWN).status(),
        somebody.delete("/users/" + user.id() + "/sessions/" + UNKNOWN).status(),
        somebody.get(token).status(),
        somebody.put(token, Map.of("lifespan", 60)).status(),
        somebody.get("/incidents").status());
  }

  private static AdminRest withRoles(String... roles) {
    User administrator = lab.user();
    String management = lab.admin().clientUuid("realm-management");
    List<JsonNode> representations = new ArrayList<>();
    for (String role : roles) {
      representations.add(
          lab.admin().get("/clients/" + management + "/roles/" + role).orFail().body());
    }
    lab.admin()
        .post(
            "/users/" + administrator.id() + "/role-mappings/clients/" + management,
            representations)
        .orFail();
    return new AdminRest(
        AdminApi.ofRealmUser(
            lab.keycloak().baseUri(), Lab.REALM, administrator.name(), Lab.PASSWORD),
        description);
  }

  @Test
  void given_the_description_then_every_answer_and_every_property_of_it_is_seen() {
    OpenApi whole = new OpenApi();
    AdminRest all = new AdminRest(lab.admin(), whole);
    Answer tokens = refreshed(shop.withHeader("User-Agent", CHROME));
    assertRefused(reused());
    String session = "/users/" + user.id() + "/sessions/";
    String family = families(user) + "/";
    String token = "/blacklist/onrtac:" + user.id();
    Map<String, Integer> lifespan = Map.of("lifespan", 60);

    all.get(families(user)).orFail();
    all.get("/incidents").orFail();
    all.put(token, lifespan).orFail();
    all.get(token).orFail();
    all.delete(family + Family.id(tokens)).orFail();
    all.delete(session + Family.session(tokens)).orFail();
    all.delete(families(user)).orFail();
    String nobodys = "/users/" + UNKNOWN + "/families";
    all.get(nobodys);
    all.delete(nobodys);
    all.delete(nobodys + "/" + UNKNOWN);
    all.delete(session + UNKNOWN);
    all.get("/blacklist/" + UNKNOWN);
    all.delete(family + "a:b:c");
    all.delete(session + "a:b:c");
    all.get("/blacklist/a:b:c");
    all.put("/blacklist/a:b:c", lifespan);
    all.get("/incidents?type=theft");
    AdminRest nobody = new AdminRest(AdminApi.ofNobody(lab.keycloak().baseUri(), Lab.REALM), whole);
    statuses(nobody);
    nobody.delete("/configuration");
    AdminRest roleless = new AdminRest(roleless(), whole);
    statuses(roleless);
    roleless.delete("/configuration");
    new AdminRest(lab.keycloak().admin("master"), whole).delete("/configuration").orFail();
    lab.redis().pause();
    statuses(all);
    lab.resumeRedis();

    assertThat(whole.unseen()).isEmpty();
  }

  private Answer reused() {
    Answer login = user.logIn(shop);
    shop.refresh(login.refreshToken()).orFail();
    return shop.refresh(login.refreshToken());
  }

  private static AdminApi roleless() {
    User nobody = lab.user();
    return AdminApi.ofRealmUser(lab.keycloak().baseUri(), Lab.REALM, nobody.name(), Lab.PASSWORD);
  }
}
