package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A user may be logged in so many times at a client; one more login ends the oldest. */
class DeviceCapIT extends LabTest {

  private final OidcClient client = lab.clientWith("max-families-per-user-and-client", "2");
  private final User user = lab.user();

  @Test
  void given_two_devices_when_a_third_logs_in_then_the_first_is_out_at_once() {
    Answer first = user.logIn(client);
    Answer second = user.logIn(client);
    assertAlive(client, first);

    Answer third = user.logIn(client);

    assertDead(client, first);
    assertThat(introspected(first)).isFalse();
    assertThat(lab.redisClient().get("tg:at:" + accessTokenId(first)))
        .isEqualTo("max-families-per-user-and-client");
    assertRefused(client.refresh(first.refreshToken()));
    assertThat(lab.events("REFRESH_TOKEN_ERROR", user).get(0).path("error").asText())
        .isEqualTo("refresh_token_revoked");
    for (Answer living : List.of(second, third)) {
      assertAlive(client, living);
      assertAlive(client, client.refresh(living.refreshToken()).orFail());
    }
  }

  @Test
  void given_refreshes_when_a_third_logs_in_then_all_access_tokens_of_the_first_are_dead() {
    Answer first = user.logIn(client);
    Answer refreshed = client.refresh(first.refreshToken()).orFail();
    Answer newest = client.refresh(refreshed.refreshToken()).orFail();
    Answer second = user.logIn(client);

    user.logIn(client);

    for (Answer dead : List.of(first, refreshed, newest)) {
      assertDead(client, dead);
    }
    assertRefused(client.refresh(newest.refreshToken()));
    client.refresh(second.refreshToken()).orFail();
  }

  @Test
  void given_a_third_login_then_other_clients_and_users_do_not_notice() {
    OidcClient otherClient = lab.client("demo-spa");
    User otherUser = lab.user();
    Answer elsewhere = user.logIn(otherClient);
    Answer other = otherUser.logIn(client);
    Answer first = user.logIn(client);
    user.logIn(client);

    user.logIn(client);

    assertDead(client, first);
    assertAlive(otherClient, elsewhere);
    otherClient.refresh(elsewhere.refreshToken()).orFail();
    assertAlive(client, other);
    client.refresh(other.refreshToken()).orFail();
  }

  @Test
  void given_online_and_offline_logins_then_both_count() {
    Answer offline = user.logIn(client, "offline_access");
    Answer online = user.logIn(client);

    user.logIn(client, "offline_access");

    assertDead(client, offline);
    assertRefused(client.refresh(offline.refreshToken()));
    client.refresh(online.refreshToken()).orFail();
  }

  @Test
  void given_tabs_of_one_browser_session_then_the_session_outlives_the_oldest_of_them() {
    var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer first = browser.answer().orFail();
    Answer second = client.loginWithCode(browser.cookies()).answer().orFail();

    Answer third = client.loginWithCode(browser.cookies()).answer().orFail();

    assertThat(Family.session(third)).isEqualTo(Family.session(first));
    assertDead(client, first);
    assertRefused(client.refresh(first.refreshToken()));
    client.refresh(second.refreshToken()).orFail();
    client.refresh(third.refreshToken()).orFail();
  }

  @Test
  void given_a_logout_then_there_is_room_for_another_login() {
    Answer first = user.logIn(client);
    Answer second = user.logIn(client);
    client.logout(second.refreshToken()).orFail();

    user.logIn(client);

    assertAlive(client, first);
    client.refresh(first.refreshToken()).orFail();
  }

  @Test
  void given_many_logins_at_once_then_two_are_left() {
    List<Answer> answers = Parallel.run(10, index -> user.logIn(client));

    assertThat(answers)
        .filteredOn(answer -> client.refresh(answer.refreshToken()).isOk())
        .hasSize(2)
        .allSatisfy(answer -> assertAlive(client, answer));
    assertThat(answers)
        .filteredOn(answer -> client.userinfo(answer.accessToken()).status() == 401)
        .hasSize(8);
  }

  @Test
  void given_a_third_login_then_the_log_names_what_it_ended_and_no_token() {
    Answer first = user.logIn(client);
    user.logIn(client);

    Answer third = user.logIn(client);

    assertThat(lab.keycloak().log().text().lines())
        .filteredOn(
            line ->
                line.contains(
                    "A login revoked families ["
                        + Family.id(first)
                        + "] (max-families-per-user-and-client)"))
        .singleElement()
        .asString()
        .contains("INFO", client.clientId(), user.id(), Family.id(third), Family.session(third))
        .doesNotContain(first.refreshToken(), first.accessToken());
  }

  @Test
  void given_observe_mode_when_a_third_logs_in_then_none_ends() {
    OidcClient observing =
        lab.clientWith("mode", "observe", "max-families-per-user-and-client", "2");
    Answer first = user.logIn(observing);
    user.logIn(observing);

    user.logIn(observing);

    assertAlive(observing, first);
    Answer next = observing.refresh(first.refreshToken()).orFail();
    assertThat(lab.events("REFRESH_TOKEN", user).get(0).path("details").has("rotation_observed"))
        .isFalse();
    assertAlive(observing, next);
  }

  private static String accessTokenId(Answer answer) {
    return Jwt.claims(answer.accessToken()).path("jti").asText();
  }

  private static boolean introspected(Answer answer) {
    return lab.client("demo-backend")
        .withSecret("demo-secret")
        .introspect(answer.accessToken())
        .body()
        .path("active")
        .asBoolean();
  }
}
