package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.ClientRegistration;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Revocation follows from what changed in Keycloak, not from the address or the event by which it
 * was changed. The list of entry points is in {@code docs/revocation.md}.
 */
class EntryPointsIT extends TriggerTest {

  private static final String NEW_PASSWORD = "another horse";
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void given_a_password_set_by_an_update_of_the_user_then_all_tokens_of_the_user_are_revoked() {
    List<Held> held = logins(user);
    put(user.id(), Map.of("lastName", "Other"));
    held.get(0).assertAlive("after an update without a password");
    put(
        user.id(),
        Map.of(
            "credentials",
            List.of(Map.of("type", "password", "value", NEW_PASSWORD, "temporary", false))));

    Answer next = client.login(user.name(), NEW_PASSWORD).orFail();

    held.forEach(it -> it.assertDead("password set by an update"));
    held(next).assertAlive("of the next login");
  }

  @Test
  void given_a_user_id_with_a_slash_when_an_administrator_acts_then_the_tokens_are_revoked() {
    for (String action : List.of("logout", "reset", "disable", "consent", "delete")) {
      User slashed = slashedUser();
      String path = "/users/" + encoded(slashed.id());
      Held online = login(slashed);
      Held offline = login(slashed, "offline_access");
      switch (action) {
        case "logout" -> lab.admin().post(path + "/logout", null).orFail();
        case "reset" ->
            lab.admin()
                .put(
                    path + "/reset-password",
                    Map.of("type", "password", "value", Lab.PASSWORD, "temporary", false))
                .orFail();
        case "disable" -> {
          ObjectNode representation = (ObjectNode) lab.admin().get(path).orFail().body();
          lab.admin().put(path, representation.put("enabled", false)).orFail();
          lab.admin().put(path, representation.put("enabled", true)).orFail();
        }
        case "consent" -> lab.admin().delete(path + "/consents/" + client.clientId()).orFail();
        default -> lab.admin().delete(path).orFail();
      }
      online.assertDead(action);
      offline.assertDead(action + ", offline");
    }
  }

  @Test
  void given_a_client_id_with_a_slash_when_a_consent_is_withdrawn_then_its_tokens_are_revoked() {
    String id = "https://app.example.org/" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    Held offline = heldBy(app, user, user.logIn(app, "offline_access"));
    lab.admin().delete("/users/" + user.id() + "/consents/" + encoded(id)).orFail();
    offline.assertDead("consent withdrawn");
  }

  @Test
  void given_an_authorization_code_used_twice_then_what_it_gave_is_revoked() {
    List<Answer> answers = client.loginWithCodeTwice(user.name(), Lab.PASSWORD);
    assertThat(answers.get(1).error()).isEqualTo("invalid_grant");
    held(answers.get(0).orFail()).assertDead("code used twice");
  }

  @Test
  void given_a_client_that_deletes_its_registration_then_its_tokens_are_revoked() {
    String id = "registered-" + UUID.randomUUID();
    ClientRegistration registration = register(id);
    Answer login = user.logIn(registered(id, "secret"));

    registration.delete();

    assertThat(client.userinfo(login.accessToken()).status()).isEqualTo(401);
    awaitRevoked(heldBy(client, user, login));
  }

  @Test
  void given_a_client_that_replaces_its_secret_then_its_tokens_are_revoked() {
    String id = "registered-" + UUID.randomUUID();
    ClientRegistration registration = register(id);
    Answer login = user.logIn(registered(id, "secret"));

    registration.set("secret", "other");

    OidcClient renewed = registered(id, "other");
    awaitRevoked(heldBy(renewed, user, login));
    heldBy(renewed, user, login).assertDead("secret replaced by the client");
    heldBy(renewed, user, user.logIn(renewed)).assertAlive("a new login");
  }

  @Test
  void given_a_registration_that_is_updated_without_a_new_secret_then_its_tokens_stay_valid() {
    String id = "registered-" + UUID.randomUUID();
    ClientRegistration registration = register(id);
    OidcClient app = registered(id, "secret");
    Held login = heldBy(app, user, user.logIn(app));
    registration.set("description", "another");
    login.assertAlive("another description");
  }

  @Test
  void given_a_replaced_client_secret_then_tokens_of_the_service_account_are_revoked() {
    String id = "service-" + UUID.randomUUID();
    OidcClient service = service(id);
    Answer before = service.loginAsService().orFail();
    awaitNextSecond();

    String secret =
        lab.admin()
            .post("/clients/" + lab.admin().clientUuid(id) + "/client-secret", null)
            .orFail()
            .text("value");

    awaitRevoked(heldBy(service, user, before));
    Await.until("introspection", SOON, () -> !isActive(before));
    Answer next = lab.client(id).withSecret(secret).loginAsService().orFail();
    assertThat(isActive(next)).isTrue();
    assertThat(heldBy(service, user, next).isOnBlacklist()).isFalse();
  }

  @Test
  void given_a_not_before_time_of_the_realm_then_older_access_tokens_are_revoked() {
    Held before = login(user);
    awaitNextSecond();
    int now = Math.toIntExact(Instant.now().getEpochSecond());
    lab.admin().updateRealm(Map.of("notBefore", now));
    try {
      awaitRevoked(before);
      assertThat(client.userinfo(before.answer().accessToken()).status()).isEqualTo(401);
      login(user).assertAlive("a new login");
    } finally {
      lab.admin().updateRealm(Map.of("notBefore", 0));
    }
  }

  @Test
  void given_a_not_before_time_of_a_client_then_its_older_tokens_are_revoked() {
    String id = "not-before-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    Held before = heldBy(app, user, user.logIn(app));
    Held elsewhere = login(user);
    awaitNextSecond();
    String path = "/clients/" + lab.admin().clientUuid(id);
    ObjectNode representation = (ObjectNode) lab.admin().get(path).orFail().body();
    representation.put("notBefore", Instant.now().getEpochSecond());
    lab.admin().put(path, representation).orFail();

    awaitRevoked(before);
    before.assertDead("not before");
    elsewhere.assertAlive("at another client");
    heldBy(app, user, user.logIn(app)).assertAlive("a new login");
  }

  @Test
  void given_a_user_overwritten_by_a_partial_import_then_the_former_tokens_are_revoked() {
    List<Held> held = logins(user);
    lab.admin()
        .post(
            "/partialImport",
            Map.of("ifResourceExists", "OVERWRITE", "users", List.of(representation(user))))
        .orFail();
    held.forEach(it -> it.assertDead("overwritten"));
  }

  @Test
  void given_users_of_a_federation_that_is_removed_then_their_tokens_are_revoked() {
    String federation = addFederation();
    List<Held> held = logins(user);
    Held others = login(other);
    put(user.id(), Map.of("federationLink", federation));

    lab.admin().delete("/components/" + federation).orFail();

    held.forEach(EntryPointsIT::awaitRevoked);
    held.forEach(it -> it.assertDead("federation removed"));
    others.assertAlive("of another user");
  }

  @Test
  void given_a_limit_of_sessions_that_removes_the_oldest_then_its_tokens_are_revoked() {
    String flow = "limited-" + UUID.randomUUID();
    String id = "limited-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    limitSessions(flow, id);
    Held oldest = heldBy(app, user, user.logIn(app));
    Held newest = heldBy(app, user, user.logIn(app));
    oldest.assertDead("removed by the limit");
    newest.assertAlive("the newest");
  }

  @Test
  void given_a_logout_in_the_browser_then_offline_tokens_stay_valid() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Held online = held(browser.answer().orFail());
    Held offline =
        heldBy(
            secondClient,
            user,
            secondClient.loginWithCode(browser.cookies(), "offline_access").answer().orFail());
    assertThat(offline.session()).isEqualTo(online.session());

    client.logoutInBrowser(browser.cookies(), online.answer().idToken());

    online.assertDead("logged out");
    offline.refreshed().refreshed();
    assertThat(
            lab.events("REFRESH_TOKEN_ERROR", user).stream()
                .filter(event -> event.path("error").asText().equals("blacklisted_activity")))
        .isEmpty();
  }

  @Test
  void given_a_realm_that_includes_offline_sessions_then_a_logout_revokes_them_as_well() {
    withTrigger(
        "logout",
        "session-and-offline",
        () -> {
          CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
          Held offline =
              heldBy(
                  secondClient,
                  user,
                  secondClient
                      .loginWithCode(browser.cookies(), "offline_access")
                      .answer()
                      .orFail());
          client.logoutInBrowser(browser.cookies(), browser.answer().orFail().idToken());
          offline.assertDead("offline, too");
        });
  }

  @Test
  void given_an_offline_session_logged_out_by_its_own_token_then_it_is_revoked() {
    Held offline = login(user, "offline_access");
    client.logout(offline.answer().refreshToken()).orFail();
    offline.assertDead("logged out by the offline token");
  }

  @Test
  void given_an_open_login_page_when_everybody_is_logged_out_then_the_login_there_lasts() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Held before = held(browser.answer().orFail());
    Supplier<CodeLogin> page = client.askForLogin(browser.cookies(), user.name(), Lab.PASSWORD);
    long start = lab.keycloak().log().size();

    lab.admin().post("/logout-all", null).orFail();
    Await.until(
        "all to be logged out",
        SOON,
        () -> lab.keycloak().log().textFrom(start).contains("(logout): all "));
    before.assertDead("all logged out");
    awaitNextSecond();

    Held after = held(page.get().answer().orFail());
    after.assertAlive("of the page that was open");
    after.refreshed().assertAlive("and refreshed");
  }

  @Test
  void given_a_user_who_logs_in_as_another_one_then_the_former_session_is_revoked() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Held before = held(browser.answer().orFail());
    client.logoutInBrowser(browser.cookies(), before.answer().idToken());
    before.assertDead("logged out");
    Held after =
        heldBy(client, other, client.loginWithCode(other.name(), Lab.PASSWORD).answer().orFail());
    after.assertAlive("of the other user");
  }

  private void awaitNextSecond() {
    long second = Instant.now().getEpochSecond();
    Await.until("the next second", SOON, () -> Instant.now().getEpochSecond() > second);
  }

  private static void awaitRevoked(Held held) {
    Await.until("resource servers to refuse the token", SOON, held::isOnBlacklist);
  }

  private static void put(String userId, Map<String, ?> fields) {
    lab.admin().put("/users/" + userId, fields).orFail();
  }

  private static boolean isActive(Answer answer) {
    return lab.client("demo-backend")
        .withSecret("demo-secret")
        .introspect(answer.accessToken())
        .body()
        .path("active")
        .asBoolean();
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  private User slashedUser() {
    // The column of the database takes 36 characters.
    String name = UUID.randomUUID().toString().substring(0, 8);
    User slashed = new User(name, "tenant/" + name);
    lab.admin()
        .post(
            "/partialImport",
            Map.of("ifResourceExists", "FAIL", "users", List.of(representation(slashed))))
        .orFail();
    return slashed;
  }

  private static Map<String, Object> representation(User of) {
    return Map.of(
        "id",
        of.id(),
        "username",
        of.name(),
        "enabled",
        true,
        "email",
        of.name() + "@example.org",
        "emailVerified",
        true,
        "firstName",
        of.name(),
        "lastName",
        "Test",
        "realmRoles",
        List.of("offline_access", "default-roles-" + Lab.REALM),
        "credentials",
        List.of(Map.of("type", "password", "value", Lab.PASSWORD)));
  }

  private static ClientRegistration register(String id) {
    String initial =
        lab.admin()
            .post("/clients-initial-access", Map.of("count", 1, "expiration", 600))
            .orFail()
            .text("token");
    ClientRegistration registration =
        ClientRegistration.of(
            lab.keycloak().baseUri(),
            Lab.REALM,
            initial,
            Map.of(
                "clientId",
                id,
                "publicClient",
                false,
                "secret",
                "secret",
                "directAccessGrantsEnabled",
                true));
    lab.admin().setClientAttribute(id, "policy-group", id);
    lab.admin()
        .post(
            "/clients/" + lab.admin().clientUuid(id) + "/protocol-mappers/models", audienceMapper())
        .orFail();
    lab.setPolicyOf(id);
    return registration;
  }

  private static Map<String, Object> audienceMapper() {
    return Map.of(
        "name",
        "audience",
        "protocol",
        "openid-connect",
        "protocolMapper",
        "oidc-audience-mapper",
        "config",
        Map.of("included.client.audience", "demo-backend", "access.token.claim", "true"));
  }

  private static OidcClient registered(String id, String secret) {
    return lab.client(id).withSecret(secret);
  }

  private static OidcClient service(String id) {
    lab.admin()
        .post(
            "/clients",
            Map.of(
                "clientId",
                id,
                "secret",
                "secret",
                "publicClient",
                false,
                "serviceAccountsEnabled",
                true,
                "protocolMappers",
                List.of(audienceMapper())))
        .orFail();
    return lab.client(id).withSecret("secret");
  }

  /** One that nobody asks: it is disabled. */
  private static String addFederation() {
    String name = "ldap-" + UUID.randomUUID();
    lab.admin()
        .post(
            "/components",
            Map.of(
                "name",
                name,
                "providerId",
                "ldap",
                "providerType",
                "org.keycloak.storage.UserStorageProvider",
                "config",
                Map.ofEntries(
                    Map.entry("enabled", List.of("false")),
                    Map.entry("vendor", List.of("other")),
                    Map.entry("connectionUrl", List.of("ldap://127.0.0.1:9")),
                    Map.entry("authType", List.of("none")),
                    Map.entry("usersDn", List.of("ou=users")),
                    Map.entry("usernameLDAPAttribute", List.of("uid")),
                    Map.entry("rdnLDAPAttribute", List.of("uid")),
                    Map.entry("uuidLDAPAttribute", List.of("entryUUID")),
                    Map.entry("userObjectClasses", List.of("person")),
                    Map.entry("editMode", List.of("READ_ONLY")),
                    Map.entry("priority", List.of("0")))))
        .orFail();
    return lab.admin().get("/components?name=" + name).orFail().body().path(0).path("id").asText();
  }

  /** At most one session at the client: a flow for its password grant. */
  private static void limitSessions(String flow, String clientId) {
    lab.admin().post("/authentication/flows/direct%20grant/copy", Map.of("newName", flow)).orFail();
    lab.admin()
        .post(
            "/authentication/flows/" + flow + "/executions/execution",
            Map.of("provider", "user-session-limits"))
        .orFail();
    ArrayNode executions =
        (ArrayNode)
            lab.admin().get("/authentication/flows/" + flow + "/executions").orFail().body();
    executions.forEach(
        it -> {
          if (it.path("providerId").asText().equals("user-session-limits")) {
            lab.admin()
                .put(
                    "/authentication/flows/" + flow + "/executions",
                    ((ObjectNode) it).put("requirement", "REQUIRED"))
                .orFail();
            lab.admin()
                .post(
                    "/authentication/executions/" + it.path("id").asText() + "/config",
                    Map.of(
                        "alias",
                        flow,
                        "config",
                        Map.of(
                            "behavior",
                            "Terminate oldest session",
                            "userRealmLimit",
                            "0",
                            "userClientLimit",
                            "1")))
                .orFail();
          }
        });
    String id = "";
    for (var each : lab.admin().get("/authentication/flows").orFail().body()) {
      id = each.path("alias").asText().equals(flow) ? each.path("id").asText() : id;
    }
    String path = "/clients/" + lab.admin().clientUuid(clientId);
    ObjectNode client = (ObjectNode) lab.admin().get(path).orFail().body();
    client.putObject("authenticationFlowBindingOverrides").put("direct_grant", id);
    lab.admin().put(path, client).orFail();
  }
}
