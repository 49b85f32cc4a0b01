package dev.tokenguard.it;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** A refresh that races a logout or a revocation has one winner (keycloak#51312). */
class RaceIT extends LabTest {

  private static final int RACES = TestLength.of(5, 25);

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "60", "grace-max-replays", "0");

  @Test
  void given_a_refresh_that_races_a_logout_then_no_token_born_in_the_race_works() {
    race((app, login) -> app.logout(login.refreshToken()));
  }

  @Test
  void given_a_refresh_that_races_a_revocation_then_no_token_born_in_the_race_works() {
    race((app, login) -> app.revoke(login.refreshToken()));
  }

  @Test
  void given_an_offline_refresh_that_races_a_revocation_then_no_token_born_in_the_race_works() {
    race((app, login) -> app.revoke(login.refreshToken()), "offline_access");
  }

  @Test
  void given_a_refresh_that_races_an_administrators_logout_then_no_token_born_in_the_race_works() {
    race((app, login) -> lab.admin().logoutUser(user.id()));
  }

  @Test
  void given_a_refresh_that_races_a_password_reset_then_no_token_born_in_the_race_works() {
    race((app, login) -> lab.admin().resetPassword(user.id(), Lab.PASSWORD));
  }

  @Test
  void given_an_offline_refresh_that_races_a_password_reset_then_no_token_born_in_it_works() {
    race((app, login) -> lab.admin().resetPassword(user.id(), Lab.PASSWORD), "offline_access");
  }

  @Test
  void given_a_refresh_that_races_disabling_and_enabling_then_no_token_born_in_the_race_works() {
    race(
        (app, login) -> {
          Race.insist(() -> lab.admin().setUserEnabled(user.id(), false));
          return lab.admin().setUserEnabled(user.id(), true);
        });
  }

  @Test
  void given_a_revocation_then_a_new_login_at_once_in_the_same_browser_works() {
    for (int round = 0; round < TestLength.of(3, 10); round++) {
      var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
      OidcClient otherApp = lab.client("demo-spa");
      otherApp.loginWithCode(browser.cookies()).answer().orFail();
      client.revoke(browser.answer().refreshToken()).orFail();

      Answer again = client.loginWithCode(browser.cookies()).answer().orFail();

      Family.assertAlive(client, again);
      client.refresh(again.refreshToken()).orFail();
    }
  }

  private void race(BiFunction<OidcClient, Answer, Answer> end, String... scopes) {
    Race.repeat(
        RACES,
        () -> {
          Held login = new Held(lab, client, user, user.logIn(client, scopes));
          return new Race(login, () -> Race.insist(() -> end.apply(client, login.answer())));
        });
  }
}
