package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.assertRefusedByKeycloak;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each setting of the executor does what it says. */
class PolicyIT extends LabTest {

  private static final String ADDRESS = "X-Forwarded-For";

  private final User user = lab.user();

  @Test
  void given_a_replay_in_grace_then_the_window_does_not_slide() {
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();
    lab.letPass(user, Duration.ofSeconds(40));
    client.refresh(login.refreshToken()).orFail();
    lab.letPass(user, Duration.ofSeconds(40));

    assertRefused(client.refresh(login.refreshToken()));
    assertRefused(client.refresh(next.refreshToken()));
    assertDead(client, next);
  }

  @Test
  void given_a_replay_hours_later_then_the_family_dies() {
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();
    lab.letPass(user, Duration.ofHours(5));

    assertRefused(client.refresh(login.refreshToken()));
    assertRefused(client.refresh(next.refreshToken()));
  }

  @Test
  void given_two_replays_allowed_then_the_third_is_asked_to_wait_and_the_family_lives() {
    OidcClient client = lab.clientWith("grace-period", "60", "grace-max-replays", "2");
    Answer login = user.logIn(client);
    Answer child = client.refresh(login.refreshToken()).orFail();
    client.refresh(login.refreshToken()).orFail();
    client.refresh(login.refreshToken()).orFail();

    Answer third = client.refresh(login.refreshToken());

    assertThat(third.status()).isEqualTo(429);
    assertThat(third.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    client.refresh(child.refreshToken()).orFail();
  }

  @Test
  void given_the_default_context_when_another_user_agent_replays_then_it_is_a_reuse() {
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();

    assertRefused(client.withHeader("User-Agent", "thief").refresh(login.refreshToken()));
    assertRefused(client.refresh(next.refreshToken()));
  }

  @Test
  void given_context_none_when_another_user_agent_replays_then_grace_covers_it() {
    OidcClient client = lab.clientWith("grace-period", "60", "grace-context", "none");
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();

    Answer replay = client.withHeader("User-Agent", "other").refresh(login.refreshToken()).orFail();

    assertThat(replay.refreshToken()).isEqualTo(next.refreshToken());
  }

  @Test
  void given_context_ip_when_another_address_replays_then_it_is_a_reuse() {
    OidcClient client = lab.clientWith("grace-period", "60", "grace-context", "ip");
    Answer login = user.logIn(client);
    client.withHeader(ADDRESS, "192.0.2.1").refresh(login.refreshToken()).orFail();
    client.withHeader(ADDRESS, "192.0.2.1").refresh(login.refreshToken()).orFail();

    assertRefused(client.withHeader(ADDRESS, "192.0.2.2").refresh(login.refreshToken()));
  }

  @Test
  void given_revoke_family_when_reused_then_the_session_lives() {
    OidcClient client = lab.clientWith("grace-period", "0");
    var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    OidcClient otherApp = lab.client("demo-spa");
    Answer other = otherApp.loginWithCode(browser.cookies()).answer().orFail();

    reuse(client, browser.answer().orFail());

    assertAlive(otherApp, other);
    otherApp.refresh(other.refreshToken()).orFail();
    client.loginWithCode(browser.cookies()).answer().orFail();
  }

  @Test
  void given_revoke_client_session_when_reused_then_only_other_clients_of_the_session_live() {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", "revoke-client-session");
    var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer otherTab = client.loginWithCode(browser.cookies()).answer().orFail();
    OidcClient otherApp = lab.client("demo-spa");
    Answer other = otherApp.loginWithCode(browser.cookies()).answer().orFail();

    reuse(client, browser.answer().orFail());

    assertDead(client, otherTab);
    assertRefusedByKeycloak(client.refresh(otherTab.refreshToken()));
    assertAlive(otherApp, other);
    otherApp.refresh(other.refreshToken()).orFail();
  }

  @Test
  void given_revoke_session_when_reused_then_only_other_logins_live() {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", "revoke-session");
    var browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    OidcClient otherApp = lab.client("demo-spa");
    Answer other = otherApp.loginWithCode(browser.cookies()).answer().orFail();
    Answer elsewhere = user.logIn(otherApp);

    reuse(client, browser.answer().orFail());

    assertDead(otherApp, other);
    assertRefusedByKeycloak(otherApp.refresh(other.refreshToken()));
    assertAlive(otherApp, elsewhere);
    otherApp.refresh(elsewhere.refreshToken()).orFail();
  }

  @Test
  void given_revoke_user_when_reused_then_all_sessions_end_and_a_new_login_works() {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", "revoke-user");
    User bystander = lab.user();
    Answer untouched = bystander.logIn(client);
    Answer elsewhere = user.logIn(lab.client("demo-spa"));
    Answer offline = user.logIn(lab.client("demo-spa"), "offline_access");

    reuse(client, user.logIn(client));

    OidcClient otherApp = lab.client("demo-spa");
    assertDead(otherApp, elsewhere);
    assertDead(otherApp, offline);
    assertRefusedByKeycloak(otherApp.refresh(elsewhere.refreshToken()));
    assertRefusedByKeycloak(otherApp.refresh(offline.refreshToken()));
    assertAlive(client, untouched);
    Answer again = user.logIn(client);
    assertAlive(client, again);
    client.refresh(again.refreshToken()).orFail();
  }

  @ParameterizedTest
  @ValueSource(strings = {"revoke-client-session", "revoke-session", "revoke-user"})
  void given_an_offline_token_when_reused_then_the_offline_session_ends_too(String consequence) {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", consequence);
    Answer login = user.logIn(client, "offline_access");
    assertThat(offlineSessionsAt(client)).isEqualTo(1);

    reuse(client, login);

    assertThat(offlineSessionsAt(client)).isZero();
  }

  private int offlineSessionsAt(OidcClient client) {
    String path = "/users/" + user.id() + "/offline-sessions/";
    return lab.admin().get(path + lab.admin().clientUuid(client.clientId())).orFail().body().size();
  }

  @Test
  void given_max_rotations_when_used_up_then_the_token_is_refused_without_an_alarm() {
    OidcClient client = lab.clientWith("max-rotations", "2");
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    Answer second = client.refresh(first.refreshToken()).orFail();

    assertRefused(client.refresh(second.refreshToken()));

    assertAlive(client, second);
    assertThat(lastError()).isEqualTo("refresh_token_limited");
  }

  @Test
  void given_an_absolute_lifetime_then_every_token_ends_with_it() {
    OidcClient client = lab.clientWith("absolute-lifetime", "15");
    Answer login = user.logIn(client);
    long end = Jwt.claims(login.refreshToken()).path("exp").asLong();
    Answer[] current = {client.refresh(login.refreshToken()).orFail()};
    assertThat(Jwt.claims(current[0].refreshToken()).path("exp").asLong()).isEqualTo(end);

    Await.until(
        "the end of the lifetime",
        Duration.ofSeconds(30),
        () -> {
          Answer next = client.refresh(current[0].refreshToken());
          if (next.isOk()) {
            current[0] = next;
          }
          return !next.isOk();
        });

    assertThat(System.currentTimeMillis() / 1000).isGreaterThanOrEqualTo(end);
  }

  @Test
  void given_an_absolute_lifetime_then_an_offline_token_ends_with_it_too() {
    OidcClient client = lab.clientWith("absolute-lifetime", "86400");
    Answer login = user.logIn(client, "offline_access");
    JsonNode claims = Jwt.claims(login.refreshToken());

    assertThat(claims.path("typ").asText()).isEqualTo("Offline");
    assertThat(claims.path("exp").asLong() - claims.path("iat").asLong())
        .isBetween(86_300L, 86_400L);
  }

  @Test
  void given_a_rate_limit_when_exceeded_then_429_with_retry_after_and_nothing_is_revoked() {
    OidcClient client = lab.clientWith("max-refreshes-per-minute", "3");
    Answer current = user.logIn(client);
    for (int refresh = 0; refresh < 3; refresh++) {
      current = client.refresh(current.refreshToken()).orFail();
    }

    Answer refused = client.refresh(current.refreshToken());

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.error()).isEqualTo("slow_down");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    assertAlive(client, current);
    lab.letPass(user, Duration.ofSeconds(60));
    client.refresh(current.refreshToken()).orFail();
  }

  @Test
  void given_a_binding_when_another_context_presents_the_token_then_it_is_denied() {
    OidcClient client = lab.clientWith("bind-to", "user-agent");
    Answer login = user.logIn(client);

    assertRefused(client.withHeader("User-Agent", "thief").refresh(login.refreshToken()));
    assertThat(lastError()).isEqualTo("refresh_token_mismatched");

    Answer next = client.refresh(login.refreshToken()).orFail();
    assertRefused(client.withHeader("User-Agent", "thief").refresh(next.refreshToken()));
    client.refresh(next.refreshToken()).orFail();
  }

  @Test
  void given_a_binding_to_the_address_then_another_one_is_denied() {
    OidcClient client = lab.clientWith("bind-to", "ip");
    OidcClient home = client.withHeader(ADDRESS, "192.0.2.1");
    Answer login = user.logIn(home);

    assertRefused(client.withHeader(ADDRESS, "192.0.2.2").refresh(login.refreshToken()));
    home.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_binding_that_only_observes_then_the_event_tells_and_the_refresh_succeeds() {
    OidcClient client = lab.clientWith("bind-to", "user-agent", "on-binding-mismatch", "observe");
    Answer login = user.logIn(client);

    client.withHeader("User-Agent", "moved").refresh(login.refreshToken()).orFail();

    assertThat(lastRefresh().path("rotation_observed").asText()).isEqualTo("mismatched");
  }

  @Test
  void given_a_binding_that_revokes_then_a_mismatch_ends_the_family() {
    OidcClient client =
        lab.clientWith("bind-to", "user-agent", "on-binding-mismatch", "revoke-family");
    Answer login = user.logIn(client);

    assertRefused(client.withHeader("User-Agent", "thief").refresh(login.refreshToken()));

    assertRefused(client.refresh(login.refreshToken()));
    assertDead(client, login);
  }

  @Test
  void given_observe_mode_when_an_old_token_comes_back_then_the_newest_is_given_and_told() {
    OidcClient client = lab.clientWith("mode", "observe", "grace-period", "0");
    Answer login = user.logIn(client);
    Answer second = client.refresh(login.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();

    Answer replay = client.refresh(login.refreshToken()).orFail();

    assertThat(replay.refreshToken()).isEqualTo(third.refreshToken());
    assertThat(lastRefresh().path("rotation_observed").asText()).isEqualTo("reused");
    assertThat(generation(client.refresh(third.refreshToken()).orFail())).isEqualTo(3);
    assertAlive(client, login);
  }

  @Test
  void given_the_previous_access_token_is_revoked_then_a_replay_does_not_kill_the_first_copy() {
    OidcClient client =
        lab.clientWith("revoke-previous-access-token", "true", "grace-period", "60");
    Answer login = user.logIn(client);
    assertAlive(client, login);

    Answer next = client.refresh(login.refreshToken()).orFail();
    Answer replay = client.refresh(login.refreshToken()).orFail();

    assertDead(client, login);
    assertAlive(client, next);
    assertAlive(client, replay);
    Answer last = client.refresh(next.refreshToken()).orFail();
    assertDead(client, next);
    assertDead(client, replay);
    assertAlive(client, last);
  }

  @Test
  void given_lost_state_when_adopting_then_nobody_is_logged_out() {
    OidcClient client = lab.clientWith("grace-period", "0");
    Answer current = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.redisClient().del(lab.keyOf(user));

    Answer next = client.refresh(current.refreshToken()).orFail();

    assertThat(generation(next)).isEqualTo(2);
    assertThat(lastRefresh().path("rotation").asText()).isEqualTo("adopted");
    assertRefused(client.refresh(current.refreshToken()));
  }

  @Test
  void given_lost_state_when_denying_then_a_new_login_is_asked_for() {
    OidcClient client = lab.clientWith("on-missing-state", "deny");
    Answer current = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.redisClient().del(lab.keyOf(user));

    assertRefused(client.refresh(current.refreshToken()));

    assertThat(lastError()).isEqualTo("refresh_token_missing");
    client.refresh(user.logIn(client).refreshToken()).orFail();
  }

  private static void reuse(OidcClient client, Answer login) {
    Answer next = client.refresh(login.refreshToken()).orFail();
    assertAlive(client, next);
    assertRefused(client.refresh(login.refreshToken()));
    assertDead(client, next);
    assertDead(client, login);
    assertRefusedByKeycloak(client.refresh(next.refreshToken()));
  }

  private String lastError() {
    return lab.events("REFRESH_TOKEN_ERROR", user).get(0).path("error").asText();
  }

  private JsonNode lastRefresh() {
    return lab.events("REFRESH_TOKEN", user).get(0).path("details");
  }
}
