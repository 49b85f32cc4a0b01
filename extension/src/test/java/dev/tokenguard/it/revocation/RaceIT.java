package dev.tokenguard.it.revocation;

import static dev.tokenguard.it.Tokens.assertActive;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A refresh that races a revocation, by any trigger, has one winner (keycloak#51312). */
class RaceIT extends RevocationTest {

  private static final int ROUNDS = TestLength.of(2, 20);

  /** The realm's settings, rights and clients of a race are made before its rounds. */
  private interface Setup extends Function<RaceIT, Supplier<Race>> {}

  private static Named<Setup> race(String name, Setup setup) {
    return Named.of(name, setup);
  }

  /** Of a request that is answered when all is revoked. */
  private static Named<Setup> request(
      String name, boolean isOffline, Function<Login, Supplier<Answer>> request) {
    return race(
        name,
        test ->
            () -> {
              User each = lab.user();
              Login login = isOffline ? test.login(each, "offline_access") : test.login(each);
              Supplier<Answer> trigger = request.apply(login);
              return new Race(login, () -> Race.repeatOnConflict(trigger));
            });
  }

  static Stream<Named<Setup>> requests() {
    return Stream.of(
        request("logout", false, it -> () -> it.client().logout(it.answer().refreshToken())),
        request("revocation", false, it -> () -> it.client().revoke(it.answer().refreshToken())),
        request(
            "offline, revocation",
            true,
            it -> () -> it.client().revoke(it.answer().refreshToken())),
        request("logout by an administrator", false, it -> () -> logOut(it.user())),
        request("password reset", false, it -> () -> reset(it.user())),
        request("offline, password reset", true, it -> () -> reset(it.user())),
        request("disabled and enabled", false, it -> () -> disableAndEnable(it.user())),
        request("deleted user", false, it -> () -> lab.admin().deleteUser(it.user().id())),
        request(
            "deleted session", false, it -> () -> lab.admin().deleteSession(it.session(), false)),
        request(
            "consent withdrawn by an administrator",
            true,
            it ->
                () -> lab.admin().delete(path(it.user()) + "/consents/" + it.client().clientId())),
        request("changed e-mail", false, it -> changing(it.user(), "email", "@example.org")),
        request("changed username", false, it -> changing(it.user(), "username", "")));
  }

  private static Answer logOut(User user) {
    return lab.admin().logoutUser(user.id());
  }

  private static Answer reset(User user) {
    return lab.admin().resetPassword(user.id(), Lab.PASSWORD);
  }

  private static Answer disableAndEnable(User user) {
    Race.repeatOnConflict(() -> lab.admin().setUserEnabled(user.id(), false));
    return lab.admin().setUserEnabled(user.id(), true);
  }

  private static Supplier<Answer> changing(User user, String field, String end) {
    ObjectNode changed = changed(path(user), it -> it.put(field, "new-" + user.name() + end));
    return () -> lab.admin().put(path(user), changed);
  }

  static Stream<Named<Setup>> others() {
    return Stream.of(
        race("password changed by the user", RaceIT::changedPassword),
        race("credential removed by the user", RaceIT::removedCredential),
        race("consent withdrawn by the user", RaceIT::withdrawnConsent),
        race("login over the limit of families", RaceIT::loginOverTheLimit),
        race("disabled client", RaceIT::disabledClient),
        race("deleted client", RaceIT::deletedClient),
        race("replaced client secret", RaceIT::replacedSecret),
        race("lock-out", RaceIT::lockOut),
        race("account deleted by its owner", RaceIT::deletionByOwner),
        race("role removed", RaceIT::removedRole),
        race("group removed", RaceIT::removedGroup),
        race("logout of the realm", RaceIT::logoutOfTheRealm));
  }

  @ParameterizedTest
  @MethodSource({"requests", "others"})
  void given_a_refresh_that_races_a_trigger_then_no_token_issued_meanwhile_is_active(Setup race) {
    withRealm(
        Map.of("editUsernameAllowed", true),
        Map.of("editUsernameAllowed", false),
        () -> withLockout(() -> withDeletionByOwners(() -> withAllTriggers(race))));
  }

  private void withAllTriggers(Setup race) {
    withTrigger(
        "email-changed",
        "user",
        () ->
            withTrigger(
                "username-changed",
                "user",
                () ->
                    withTrigger(
                        "permissions-reduced",
                        "user",
                        () -> Race.repeat(ROUNDS, race.apply(this)))));
  }

  private Supplier<Race> changedPassword() {
    Map<String, String> form =
        Map.of("password-new", Lab.PASSWORD, "password-confirm", Lab.PASSWORD);
    return () -> {
      CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
      return new Race(
          login(user),
          () -> client.act(browser.cookies(), "UPDATE_PASSWORD", form).answer().orFail());
    };
  }

  private Supplier<Race> removedCredential() {
    Login own = login(user);
    return () -> {
      Login login = login(user);
      String secondFactor = addSecondFactor();
      String token = own.answer().accessToken();
      return new Race(
          login, () -> Race.repeatOnConflict(() -> client.removeCredential(token, secondFactor)));
    };
  }

  /** As an import does, so no code has to be entered. */
  private String addSecondFactor() {
    Map<String, Object> credential =
        Map.of(
            "type", "otp",
            "credentialData",
                "{\"subType\":\"totp\",\"digits\":6,\"period\":30,\"algorithm\":\"HmacSHA1\"}",
            "secretData", "{\"value\":\"DJmQfC73VGFhw7D4QJ8A\"}");
    change(path(user), it -> it.putArray("credentials").addPOJO(credential));
    return credentialOf(user, it -> it.path("type").asText().equals("otp"));
  }

  private Supplier<Race> withdrawnConsent() {
    String account = user.logIn(secondClient).accessToken();
    return () ->
        new Race(
            login(user),
            () ->
                Race.repeatOnConflict(
                    () -> secondClient.withdrawConsent(account, client.clientId())));
  }

  private Supplier<Race> loginOverTheLimit() {
    OidcClient limited =
        lab.clientWith("grace-period", "60", "max-families-per-user-and-client", "1");
    return () -> new Race(login(limited, user), () -> user.logIn(limited));
  }

  private Supplier<Race> disabledClient() {
    OidcClient app = lab.ownClient("raced");
    String path = path(app);
    ObjectNode enabled = changed(path, it -> {});
    ObjectNode disabled = enabled.deepCopy().put("enabled", false);
    return () ->
        Race.inTheBackground(
            login(app, user),
            () -> {
              Race.repeatOnConflict(() -> lab.admin().put(path, disabled));
              Race.repeatOnConflict(() -> lab.admin().put(path, enabled));
            },
            "(client-disabled): the sessions of all ");
  }

  private Supplier<Race> deletedClient() {
    OidcClient app = lab.ownClient("deleted");
    return () -> {
      String path = path(app);
      return Race.inTheBackground(
          login(app, user),
          () -> {
            Race.repeatOnConflict(() -> lab.admin().delete(path));
            lab.createClient(app.clientId(), Map.of());
          },
          "(client-disabled): the sessions of all ");
    };
  }

  private Supplier<Race> replacedSecret() {
    OidcClient app = lab.ownConfidentialClient("raced-secret");
    String path = path(app) + "/client-secret";
    return () -> {
      OidcClient current = app.withSecret(lab.admin().get(path).orFail().text("value"));
      return Race.inTheBackground(
          login(current, user),
          () -> Race.repeatOnConflict(() -> lab.admin().post(path, null)),
          "(client-secret-changed): the sessions of all ");
    };
  }

  private Supplier<Race> lockOut() {
    return () -> {
      User each = lab.user();
      return new Race(
          login(each),
          () -> {
            for (int wrong = 0; wrong < 3; wrong++) {
              client.login(each.name(), "wrong");
            }
          });
    };
  }

  private Supplier<Race> deletionByOwner() {
    return () -> {
      User each = lab.user();
      allowDeletion(each);
      return new Race(login(each), client.askToDeleteAccount(each.name(), Lab.PASSWORD));
    };
  }

  private Supplier<Race> removedRole() {
    String mappings = path(user) + "/role-mappings/realm";
    List<Object> role = UserRevocationIT.roleOf(user);
    return () -> {
      lab.admin().post(mappings, role).orFail();
      return new Race(
          login(user), () -> Race.repeatOnConflict(() -> lab.admin().delete(mappings, role)));
    };
  }

  private Supplier<Race> removedGroup() {
    String membership = path(user) + "/groups/" + UserRevocationIT.groupOf(user);
    return () -> {
      lab.admin().put(membership, Map.of()).orFail();
      return new Race(
          login(user), () -> Race.repeatOnConflict(() -> lab.admin().delete(membership)));
    };
  }

  private Supplier<Race> logoutOfTheRealm() {
    return () ->
        Race.inTheBackground(
            login(user),
            () -> Race.repeatOnConflict(() -> lab.admin().post("/logout-all", null)),
            "(logout): the sessions of all ");
  }

  @Test
  void given_a_revocation_then_a_new_login_at_once_in_the_same_browser_is_active() {
    for (int round = 0; round < TestLength.of(3, 10); round++) {
      var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
      lab.client("demo-spa").loginWithCode(browser.cookies()).answer().orFail();
      client.revoke(browser.answer().refreshToken()).orFail();

      Answer again = client.loginWithCode(browser.cookies()).answer().orFail();

      assertActive(client, again);
      client.refresh(again.refreshToken()).orFail();
    }
  }
}
