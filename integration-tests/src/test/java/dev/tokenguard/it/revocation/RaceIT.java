package dev.tokenguard.it.revocation;

import static dev.tokenguard.it.Tokens.assertActive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A refresh that races a revocation, by any trigger, has one winner (keycloak#51312). */
class RaceIT extends RevocationTest {

  private static final int ROUNDS = TestLength.of(1, 20);

  private static JsonNode realm;

  /** Once for all races, because Keycloak reads the realm anew after each change. */
  @BeforeAll
  static void switchAllTriggersOn() {
    realm = lab.admin().get("").orFail().body();
    change(
        "",
        it -> {
          it.put("editUsernameAllowed", true);
          for (UserRevocationIT.OptionalTrigger each : UserRevocationIT.OptionalTrigger.values()) {
            it.withObject("/attributes").put("token-guard." + each.setting, "user");
          }
        });
    change(DELETE_ACCOUNT, it -> it.put("enabled", true));
  }

  @AfterAll
  static void restore() {
    lab.admin().put("", realm).orFail();
    change(DELETE_ACCOUNT, it -> it.put("enabled", false));
  }

  /** The rights and clients of a race are made before its rounds. */
  private interface Setup extends Function<RaceIT, Supplier<Race>> {}

  private static Named<Setup> race(String name, Setup setup) {
    return Named.of(name, setup);
  }

  /** Of a request that is answered when all is revoked. */
  private static Named<Setup> request(
      String name, Function<Login, Supplier<Answer>> request, String... scopes) {
    return race(
        name,
        test ->
            () -> {
              Login login = test.login(lab.user(), scopes);
              return Race.withRequest(login, request.apply(login));
            });
  }

  static Stream<Named<Setup>> ofTokens() {
    return Stream.of(
        request("logout", it -> () -> it.client().logout(it.answer().refreshToken())),
        request("revocation", it -> () -> it.client().revoke(it.answer().refreshToken())),
        request(
            "offline, revocation",
            it -> () -> it.client().revoke(it.answer().refreshToken()),
            "offline_access"),
        request("deleted session", it -> () -> lab.admin().deleteSession(it.session(), false)),
        request(
            "offline, password reset",
            it -> () -> lab.admin().resetPassword(it.user().id(), NEW_PASSWORD),
            "offline_access"),
        request(
            "offline, consent withdrawn by an administrator",
            it -> () -> lab.admin().delete(path(it.user()) + "/consents/" + it.client().clientId()),
            "offline_access"));
  }

  static Stream<Named<Setup>> byAdministrators() {
    return Stream.of(
            UserRevocationIT.Trigger.LOGOUT,
            UserRevocationIT.Trigger.PASSWORD_RESET,
            UserRevocationIT.Trigger.DISABLED_AND_ENABLED,
            UserRevocationIT.Trigger.DELETED)
        .map(it -> request(it.name(), login -> () -> it.request.apply(login.user())));
  }

  static Stream<Named<Setup>> thatAreOffByDefault() {
    return Stream.of(UserRevocationIT.OptionalTrigger.values())
        .map(it -> request(it.name(), login -> it.prepare.apply(login.user())));
  }

  static Stream<Named<Setup>> others() {
    return Stream.of(
        race("password changed by the user", RaceIT::changedPassword),
        race("consent withdrawn by the user", RaceIT::withdrawnConsent),
        race("login over the limit of families", RaceIT::loginOverTheLimit),
        race("disabled client", RaceIT::disabledClient),
        race("deleted client", RaceIT::deletedClient),
        race("replaced client secret", RaceIT::replacedSecret),
        race("account deleted by its owner", RaceIT::deletionByOwner),
        race("logout of the realm", RaceIT::logoutOfTheRealm));
  }

  @ParameterizedTest
  @MethodSource({"ofTokens", "byAdministrators", "thatAreOffByDefault", "others"})
  void given_a_refresh_that_races_a_trigger_then_no_token_issued_meanwhile_is_active(Setup race) {
    run(race);
  }

  /** Apart, because Keycloak refuses a login that follows another at once where it locks out. */
  @Test
  void given_a_refresh_that_races_a_lock_out_then_no_token_issued_meanwhile_is_active() {
    withLockout(() -> run(RaceIT::lockOut));
  }

  private void run(Setup race) {
    Race.repeat(ROUNDS, race.apply(this));
  }

  private Supplier<Race> changedPassword() {
    Map<String, String> form =
        Map.of("password-new", Lab.PASSWORD, "password-confirm", Lab.PASSWORD);
    return () -> {
      CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
      return Race.withRequest(
          login(user), () -> client.act(browser.cookies(), "UPDATE_PASSWORD", form).answer());
    };
  }

  private Supplier<Race> withdrawnConsent() {
    String account = user.logIn(secondClient).accessToken();
    return () ->
        Race.withRequest(
            login(user), () -> secondClient.withdrawConsent(account, client.clientId()));
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
              Answer answer = lab.admin().put(path, disabled);
              return answer.isOk() ? lab.admin().put(path, enabled) : answer;
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
            Answer deleted = lab.admin().delete(path);
            if (deleted.isOk()) {
              lab.createClient(app.clientId(), Map.of());
            }
            return deleted;
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
          () -> lab.admin().post(path, null),
          "(client-secret-changed): the sessions of all ");
    };
  }

  private Supplier<Race> lockOut() {
    return () -> {
      User each = lab.user();
      return new Race(
          login(each),
          () -> IntStream.range(0, 3).forEach(wrong -> client.login(each.name(), "wrong")));
    };
  }

  private Supplier<Race> deletionByOwner() {
    return () -> {
      User each = lab.user();
      allowDeletion(each);
      return new Race(login(each), client.askToDeleteAccount(each.name(), Lab.PASSWORD));
    };
  }

  private Supplier<Race> logoutOfTheRealm() {
    return () ->
        Race.inTheBackground(
            login(user),
            () -> lab.admin().post("/logout-all", null),
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
