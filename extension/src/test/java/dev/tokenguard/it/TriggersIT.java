package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What ends tokens ends all that it should, at Keycloak and for resource servers, and nothing else.
 * Each trigger comes in the very second of the logins, and the next login follows at once.
 */
class TriggersIT extends TriggerTest {

  private static final String NEW_PASSWORD = "another horse";

  @AfterEach
  void asBefore() {
    lab.admin().updateRealm(Map.of("bruteForceProtected", false, "editUsernameAllowed", false));
  }

  @Test
  void given_an_administrators_logout_then_all_tokens_of_the_user_are_dead() {
    endsTheUser(() -> lab.admin().logoutUser(user.id()).orFail(), Lab.PASSWORD);
  }

  @Test
  void given_a_password_reset_by_an_administrator_then_all_tokens_of_the_user_are_dead() {
    endsTheUser(() -> lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail(), NEW_PASSWORD);
  }

  @Test
  void given_a_user_disabled_and_enabled_again_then_no_old_token_comes_back() {
    endsTheUser(
        () -> {
          lab.admin().setUserEnabled(user.id(), false).orFail();
          lab.admin().setUserEnabled(user.id(), true).orFail();
        },
        Lab.PASSWORD);
  }

  @Test
  void given_a_disabled_user_then_the_tokens_are_dead_at_once() {
    List<Held> held = logins(user);
    lab.admin().setUserEnabled(user.id(), false).orFail();
    held.forEach(it -> it.assertDead("disabled"));
  }

  @Test
  void given_a_deleted_user_then_the_tokens_are_dead() {
    List<Held> held = logins(user);
    Held others = login(other);
    lab.admin().deleteUser(user.id()).orFail();
    held.forEach(it -> it.assertDead("deleted"));
    others.assertAlive("of another user");
  }

  @Test
  void given_a_credential_removed_by_an_administrator_then_all_tokens_of_the_user_are_dead() {
    List<Held> held = logins(user);
    Held others = login(other);
    String credential = credentialOf(user, it -> true);
    lab.admin().delete("/users/" + user.id() + "/credentials/" + credential).orFail();
    held.forEach(it -> it.assertDead("credential removed"));
    others.assertAlive("of another user");
  }

  @Test
  void given_a_lock_out_then_all_tokens_of_the_user_are_dead() {
    lab.admin()
        .updateRealm(
            Map.of(
                "bruteForceProtected",
                true,
                "permanentLockout",
                false,
                "failureFactor",
                2,
                "waitIncrementSeconds",
                60,
                "quickLoginCheckMilliSeconds",
                1));
    List<Held> held = logins(user);
    for (int wrong = 0; wrong < 3; wrong++) {
      assertThat(client.login(user.name(), "wrong").isOk()).isFalse();
    }
    held.forEach(it -> it.assertDead("locked out"));
  }

  @Test
  void given_a_password_that_the_user_changes_then_all_other_sessions_are_dead() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Held own = held(browser.answer().orFail());
    List<Held> held = logins(user);
    Held others = login(other);

    Answer after =
        client
            .act(
                browser.cookies(),
                "UPDATE_PASSWORD",
                Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD))
            .answer()
            .orFail();

    held.forEach(it -> it.assertDead("password changed"));
    held(after).assertAlive("of the session in which it was changed");
    own.assertAlive("from before in that session");
    others.assertAlive("of another user");
  }

  @Test
  void given_a_password_that_must_be_changed_at_login_then_only_the_new_session_lives() {
    List<Held> held = logins(user);
    require(user, "UPDATE_PASSWORD");

    Answer after =
        client
            .loginWithCodeAndForm(
                user.name(),
                Lab.PASSWORD,
                Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD))
            .answer()
            .orFail();

    held.forEach(it -> it.assertDead("password changed at login"));
    held(after).assertAlive("of the login that changed it");
  }

  @Test
  void given_everything_is_set_to_end_with_a_changed_password_then_the_new_login_still_lives() {
    withTrigger(
        "password-changed",
        "user",
        () -> given_a_password_that_must_be_changed_at_login_then_only_the_new_session_lives());
  }

  @Test
  void given_a_users_logout_then_that_session_is_dead_and_no_other() {
    Held one = login(user);
    Held another = login(user);
    client.logout(one.answer().refreshToken()).orFail();
    one.assertDead("logged out");
    another.assertAlive("another session");
  }

  @Test
  void given_a_session_removed_by_an_administrator_then_it_is_dead_and_no_other() {
    Held one = login(user);
    Held offline = login(user, "offline_access");
    Held another = login(user);
    lab.admin().deleteSession(one.session(), false).orFail();
    lab.admin().deleteSession(offline.session(), true).orFail();
    one.assertDead("removed");
    offline.assertDead("removed offline session");
    another.assertAlive("another session");
  }

  @Test
  void given_a_revoked_refresh_token_of_any_generation_then_the_family_is_dead() {
    Held one = login(user);
    Held next = one.refreshed();
    Held last = next.refreshed();
    Held atOtherClient = heldBy(secondClient, user, user.logIn(secondClient));
    client.revoke(next.answer().refreshToken()).orFail();
    for (Held each : List.of(one, next, last)) {
      each.assertDead("revoked");
    }
    atOtherClient.assertAlive("at another client");
    // RFC 7009, section 2.2: what is not valid any more has reached its goal.
    client.revoke(next.answer().refreshToken()).orFail();
    client.revoke("no token at all").orFail();
  }

  @Test
  void given_a_revoked_access_token_then_it_is_dead_for_resource_servers_and_the_rest_lives() {
    Held one = login(user);
    client.revoke(one.answer().accessToken()).orFail();
    assertThat(client.userinfo(one.answer().accessToken()).status()).isEqualTo(401);
    assertThat(one.isOnBlacklist()).isTrue();
    one.refreshed().assertAlive("after the next refresh");
  }

  @Test
  void given_a_consent_withdrawn_by_an_administrator_then_all_at_that_client_is_dead() {
    endsTheClient(
        () ->
            lab.admin().delete("/users/" + user.id() + "/consents/" + client.clientId()).orFail());
  }

  @Test
  void given_a_consent_withdrawn_by_the_user_then_all_at_that_client_is_dead() {
    Answer account = user.logIn(secondClient);
    endsTheClient(
        () -> secondClient.withdrawConsent(account.accessToken(), client.clientId()).orFail());
  }

  @Test
  void given_a_disabled_client_then_what_all_users_have_there_is_dead() {
    String id = "disabled-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    Held one = heldBy(app, user, user.logIn(app));
    Held offline = heldBy(app, other, other.logIn(app, "offline_access"));
    Held elsewhere = login(user);

    change(id, client -> client.put("enabled", false));
    change(id, client -> client.put("enabled", true));

    one.assertDead("client disabled");
    offline.assertDead("client disabled, offline");
    elsewhere.assertAlive("at another client");
    heldBy(app, user, user.logIn(app)).assertAlive("a new login");
  }

  @Test
  void given_a_new_client_secret_then_what_all_users_have_there_is_dead() {
    String id = "secret-" + UUID.randomUUID();
    lab.createClient(id, false);
    lab.setPolicyOf(id);
    OidcClient app = lab.client(id).withSecret("secret");
    Held one = heldBy(app, user, user.logIn(app));

    String secret =
        lab.admin()
            .post("/clients/" + lab.admin().clientUuid(id) + "/client-secret", null)
            .orFail()
            .text("value");

    OidcClient renewed = lab.client(id).withSecret(secret);
    heldBy(renewed, user, one.answer()).assertDead("secret replaced");
    heldBy(renewed, user, user.logIn(renewed)).assertAlive("a new login");
  }

  @Test
  void given_everybody_is_logged_out_then_all_tokens_of_the_realm_are_dead() {
    List<Held> held = new ArrayList<>(logins(user));
    held.addAll(logins(other));
    lab.admin().post("/logout-all", null).orFail();
    held.forEach(it -> it.assertDead("all logged out"));
    login(user).assertAlive("a new login");
  }

  @Test
  void given_a_changed_email_then_the_tokens_live_until_the_realm_wants_it_otherwise() {
    Held before = login(user);
    change(user, it -> it.put("email", "new-" + user.name() + "@example.org"));
    before.assertAlive("by default");

    withTrigger(
        "email-changed",
        "user",
        () -> {
          List<Held> held = logins(user);
          change(user, it -> it.put("email", "newer-" + user.name() + "@example.org"));
          held.forEach(it -> it.assertDead("e-mail changed"));
          Held next = login(user);
          change(user, it -> it.put("firstName", "Somebody"));
          next.assertAlive("another name");
        });
  }

  @Test
  void given_a_role_taken_away_then_the_tokens_live_until_the_realm_wants_it_otherwise() {
    String role = "role-" + UUID.randomUUID();
    lab.admin().post("/roles", Map.of("name", role)).orFail();
    Object representation = lab.admin().get("/roles/" + role).orFail().body();
    String mappings = "/users/" + user.id() + "/role-mappings/realm";
    lab.admin().post(mappings, List.of(representation)).orFail();
    Held before = login(user);
    lab.admin().delete(mappings, List.of(representation)).orFail();
    before.assertAlive("by default");

    lab.admin().post(mappings, List.of(representation)).orFail();
    withTrigger(
        "permissions-reduced",
        "user",
        () -> {
          List<Held> held = logins(user);
          lab.admin().delete(mappings, List.of(representation)).orFail();
          held.forEach(it -> it.assertDead("role taken away"));
        });
  }

  @Test
  void given_a_changed_username_when_the_realm_wants_it_then_the_tokens_are_dead() {
    lab.admin().updateRealm(Map.of("editUsernameAllowed", true));
    withTrigger(
        "username-changed",
        "user",
        () -> {
          List<Held> held = logins(user);
          change(user, it -> it.put("username", "new-" + user.name()));
          held.forEach(it -> it.assertDead("username changed"));
        });
  }

  @Test
  void given_a_group_taken_away_when_the_realm_wants_it_then_the_tokens_are_dead() {
    String name = "group-" + UUID.randomUUID();
    lab.admin().post("/groups", Map.of("name", name)).orFail();
    String id =
        lab.admin().get("/groups?search=" + name).orFail().body().path(0).path("id").asText();
    String membership = "/users/" + user.id() + "/groups/" + id;
    lab.admin().put(membership, Map.of()).orFail();
    withTrigger(
        "permissions-reduced",
        "user",
        () -> {
          List<Held> held = logins(user);
          lab.admin().delete(membership).orFail();
          held.forEach(it -> it.assertDead("group taken away"));
        });
  }

  @Test
  void given_a_trigger_switched_off_for_the_realm_then_it_ends_nothing() {
    withTrigger(
        "password-reset",
        "off",
        () -> {
          Held one = login(user);
          lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();
          one.assertAlive("trigger switched off");
        });
  }

  @Test
  void given_the_listener_switched_off_in_the_realm_then_nothing_ends() {
    lab.admin().updateRealm(Map.of("eventsListeners", List.of("jboss-logging")));
    try {
      Held one = login(user);
      lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();
      one.assertAlive("listener switched off");
    } finally {
      lab.admin()
          .updateRealm(
              Map.of("eventsListeners", List.of("jboss-logging", "redis-token-blacklist")));
    }
  }

  @Test
  void given_what_triggers_leave_in_redis_then_every_key_has_an_end() {
    Held one = login(user);
    lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();
    one.assertDead("password reset");
    for (String key : lab.redisClient().keys("*")) {
      assertThat(lab.redisClient().ttl(key)).as(key).isPositive();
    }
    // At least as long as the realm's tokens; other tests issue some that live longer.
    assertThat(lab.redisClient().ttl("tg:sid:" + one.session())).isGreaterThanOrEqualTo(800L);
  }

  private void endsTheUser(Runnable trigger, String password) {
    List<Held> held = logins(user);
    Held others = login(other);

    trigger.run();
    Answer next = client.login(user.name(), password).orFail();

    held.forEach(it -> it.assertDead("from before"));
    held(next).assertAlive("of the next login");
    others.assertAlive("of another user");
  }

  private void endsTheClient(Runnable trigger) {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Held online = held(browser.answer().orFail());
    Held refreshed = login(user).refreshed();
    Held offline = login(user, "offline_access");
    Held sameSession =
        heldBy(secondClient, user, secondClient.loginWithCode(browser.cookies()).answer().orFail());
    Held others = login(other);

    trigger.run();

    online.assertDead("never refreshed");
    refreshed.assertDead("refreshed");
    offline.assertDead("offline");
    sameSession.assertAlive("at another client in the same session");
    others.assertAlive("of another user");
    login(user).assertAlive("a new login");
  }

  private static void change(String clientId, Consumer<ObjectNode> change) {
    String path = "/clients/" + lab.admin().clientUuid(clientId);
    ObjectNode client = (ObjectNode) lab.admin().get(path).orFail().body();
    change.accept(client);
    lab.admin().put(path, client).orFail();
  }

  private static void change(User of, Consumer<ObjectNode> change) {
    String path = "/users/" + of.id();
    ObjectNode representation = (ObjectNode) lab.admin().get(path).orFail().body();
    change.accept(representation);
    lab.admin().put(path, representation).orFail();
  }

  private static void require(User of, String action) {
    change(of, it -> it.putArray("requiredActions").add(action));
  }
}
