package dev.tokenguard.it;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A refresh that races any other trigger than a logout has one winner, too. */
class TriggerRaceIT extends TriggerTest {

  private static final int RACES = TestLength.of(2, 10);

  @Test
  void given_a_refresh_that_races_the_users_deletion_then_no_token_born_in_the_race_works() {
    Race.repeat(
        RACES,
        () -> {
          User each = lab.user();
          return new Race(login(each), () -> Race.insist(() -> lab.admin().deleteUser(each.id())));
        });
  }

  @Test
  void given_a_refresh_that_races_a_changed_password_then_no_token_born_in_the_race_works() {
    Map<String, String> form =
        Map.of("password-new", Lab.PASSWORD, "password-confirm", Lab.PASSWORD);
    Race.repeat(
        RACES,
        () -> {
          CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
          return new Race(
              login(user),
              () -> client.act(browser.cookies(), "UPDATE_PASSWORD", form).answer().orFail());
        });
  }

  @Test
  void given_a_refresh_that_races_a_removed_credential_then_no_token_born_in_the_race_works() {
    Held own = login(user);
    Race.repeat(
        RACES,
        () -> {
          Held login = login(user);
          String secondFactor = addSecondFactor();
          return new Race(
              login,
              () ->
                  Race.insist(
                      () -> client.removeCredential(own.answer().accessToken(), secondFactor)));
        });
    own.assertAlive("of the session in which they were removed");
  }

  @Test
  void given_a_refresh_that_races_a_consent_withdrawn_by_the_user_then_no_token_born_in_it_works() {
    String account = user.logIn(secondClient).accessToken();
    Race.repeat(
        RACES,
        () ->
            new Race(
                login(user),
                () -> Race.insist(() -> secondClient.withdrawConsent(account, client.clientId()))));
  }

  @Test
  void given_an_offline_refresh_that_races_a_withdrawn_consent_then_no_token_born_in_it_works() {
    String consent = "/users/" + user.id() + "/consents/" + client.clientId();
    Race.repeat(
        RACES,
        () ->
            new Race(
                login(user, "offline_access"),
                () -> Race.insist(() -> lab.admin().delete(consent))));
  }

  @Test
  void given_a_refresh_that_races_a_login_over_the_cap_then_no_token_born_in_the_race_works() {
    OidcClient capped =
        lab.clientWith("grace-period", "60", "max-families-per-user-and-client", "1");
    Race.repeat(
        RACES, () -> new Race(heldBy(capped, user, user.logIn(capped)), () -> user.logIn(capped)));
  }

  @Test
  void given_a_refresh_that_races_a_disabled_client_then_no_token_born_in_the_race_works() {
    String id = "raced-" + user.name();
    OidcClient app = ownClient(id);
    String path = "/clients/" + lab.admin().clientUuid(id);
    ObjectNode enabled = (ObjectNode) lab.admin().get(path).orFail().body();
    ObjectNode disabled = enabled.deepCopy().put("enabled", false);
    Race.repeat(
        RACES,
        () ->
            Race.inTheBackground(
                heldBy(app, user, user.logIn(app)),
                () -> {
                  Race.insist(() -> lab.admin().put(path, disabled));
                  Race.insist(() -> lab.admin().put(path, enabled));
                },
                "(client-disabled): all "));
  }

  @Test
  void given_a_refresh_that_races_a_new_client_secret_then_no_token_born_in_the_race_works() {
    String id = "secret-" + user.name();
    lab.createClient(id, false);
    lab.setPolicyOf(id);
    String path = "/clients/" + lab.admin().clientUuid(id) + "/client-secret";
    Race.repeat(
        RACES,
        () -> {
          OidcClient app = lab.client(id).withSecret(lab.admin().get(path).orFail().text("value"));
          return Race.inTheBackground(
              heldBy(app, user, user.logIn(app)),
              () -> Race.insist(() -> lab.admin().post(path, null)),
              "(client-secret-changed): all ");
        });
  }

  @Test
  void given_a_refresh_that_races_a_session_ended_by_an_administrator_then_none_born_in_it_works() {
    Race.repeat(
        RACES,
        () -> {
          Held login = login(user);
          return new Race(
              login, () -> Race.insist(() -> lab.admin().deleteSession(login.session(), false)));
        });
  }

  @Test
  void given_a_refresh_that_races_a_lock_out_then_no_token_born_in_the_race_works() {
    lab.admin()
        .updateRealm(
            Map.of(
                "bruteForceProtected",
                true,
                "failureFactor",
                2,
                "waitIncrementSeconds",
                60,
                "quickLoginCheckMilliSeconds",
                1));
    try {
      Race.repeat(
          RACES,
          () -> {
            User each = lab.user();
            return new Race(
                login(each),
                () -> {
                  for (int wrong = 0; wrong < 3; wrong++) {
                    client.login(each.name(), "wrong");
                  }
                });
          });
    } finally {
      lab.admin().updateRealm(Map.of("bruteForceProtected", false));
    }
  }

  @Test
  void given_a_refresh_that_races_a_changed_email_then_no_token_born_in_the_race_works() {
    racesAChange("email-changed", "email", "@example.org");
  }

  @Test
  void given_a_refresh_that_races_a_changed_username_then_no_token_born_in_the_race_works() {
    lab.admin().updateRealm(Map.of("editUsernameAllowed", true));
    try {
      racesAChange("username-changed", "username", "");
    } finally {
      lab.admin().updateRealm(Map.of("editUsernameAllowed", false));
    }
  }

  private void racesAChange(String trigger, String field, String ending) {
    withTrigger(
        trigger,
        "user",
        () ->
            Race.repeat(
                RACES,
                () -> {
                  User each = lab.user();
                  String path = "/users/" + each.id();
                  ObjectNode changed = (ObjectNode) lab.admin().get(path).orFail().body();
                  changed.put(field, "new-" + each.name() + ending);
                  return new Race(
                      login(each), () -> Race.insist(() -> lab.admin().put(path, changed)));
                }));
  }

  @Test
  void given_a_refresh_that_races_a_role_taken_away_then_no_token_born_in_the_race_works() {
    String name = "role-of-" + user.name();
    lab.admin().post("/roles", Map.of("name", name)).orFail();
    List<Object> role = List.of(lab.admin().get("/roles/" + name).orFail().body());
    String mappings = "/users/" + user.id() + "/role-mappings/realm";
    racesATakingAway(
        () -> lab.admin().post(mappings, role), () -> lab.admin().delete(mappings, role));
  }

  @Test
  void given_a_refresh_that_races_a_group_taken_away_then_no_token_born_in_the_race_works() {
    String name = "group-of-" + user.name();
    lab.admin().post("/groups", Map.of("name", name)).orFail();
    String id =
        lab.admin().get("/groups?search=" + name).orFail().body().path(0).path("id").asText();
    String membership = "/users/" + user.id() + "/groups/" + id;
    racesATakingAway(
        () -> lab.admin().put(membership, Map.of()), () -> lab.admin().delete(membership));
  }

  private void racesATakingAway(Supplier<Answer> give, Supplier<Answer> takeAway) {
    withTrigger(
        "permissions-reduced",
        "user",
        () ->
            Race.repeat(
                RACES,
                () -> {
                  give.get().orFail();
                  return new Race(login(user), () -> Race.insist(takeAway));
                }));
  }

  @Test
  void given_a_refresh_that_races_a_logout_of_the_realm_then_no_token_born_in_the_race_works() {
    Race.repeat(
        RACES,
        () ->
            Race.inTheBackground(
                login(user),
                () -> Race.insist(() -> lab.admin().post("/logout-all", null)),
                "(logout): all "));
  }

  /** As an import does; nobody has to type a code. */
  private String addSecondFactor() {
    Map<String, Object> credential =
        Map.of(
            "type",
            "otp",
            "credentialData",
            "{\"subType\":\"totp\",\"digits\":6,\"period\":30,\"algorithm\":\"HmacSHA1\"}",
            "secretData",
            "{\"value\":\"DJmQfC73VGFhw7D4QJ8A\"}");
    String path = "/users/" + user.id();
    ObjectNode changed = (ObjectNode) lab.admin().get(path).orFail().body();
    changed.putArray("credentials").addPOJO(credential);
    lab.admin().put(path, changed).orFail();
    return credentialOf(user, it -> it.path("type").asText().equals("otp"));
  }
}
