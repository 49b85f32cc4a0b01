package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each setting of the executor reaches the store and the answer. All combinations are tested by the
 * contract of the store.
 */
class PolicyIT extends LabTest {

  private final User user = lab.user();

  @ParameterizedTest
  @CsvSource({
    "revoke-family,         true,  true,  true",
    "revoke-client-session, false, true,  true",
    "revoke-session,        false, false, true",
    "revoke-user,           false, false, false"
  })
  void given_a_scope_when_a_token_is_reused_then_just_that_is_revoked_and_a_new_login_works(
      String onReuse, boolean otherTab, boolean otherClient, boolean otherSessions) {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", onReuse);
    OidcClient otherApp = lab.client("demo-spa");
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer tab = client.loginWithCode(browser.cookies()).answer().orFail();
    Answer sameSession = otherApp.loginWithCode(browser.cookies()).answer().orFail();
    Answer elsewhere = user.logIn(otherApp);
    Answer offline = user.logIn(otherApp, "offline_access");
    Answer ofOtherUser = lab.user().logIn(client);

    reuse(client, browser.answer().orFail());

    assertIsActive(client, tab, otherTab);
    assertIsActive(otherApp, sameSession, otherClient);
    assertIsActive(otherApp, elsewhere, otherSessions);
    assertIsActive(otherApp, offline, otherSessions);
    assertIsActive(client, ofOtherUser, true);
    assertIsActive(client, user.logIn(client), true);
  }

  private static void assertIsActive(OidcClient client, Answer answer, boolean isActive) {
    int status = client.userinfo(answer.accessToken()).status();
    assertThat(status).isEqualTo(isActive ? 200 : 401);
    assertThat(client.refresh(answer.refreshToken()).isOk()).isEqualTo(isActive);
  }

  @ParameterizedTest
  @ValueSource(strings = {"revoke-client-session", "revoke-session", "revoke-user"})
  void given_an_offline_token_when_it_is_reused_then_the_offline_session_is_removed(String scope) {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", scope);
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
  void given_max_rotations_when_they_are_used_up_then_the_token_is_refused_and_nothing_revoked() {
    OidcClient client = lab.clientWith("max-rotations", "2");
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    Answer second = client.refresh(first.refreshToken()).orFail();

    assertRefused(client.refresh(second.refreshToken()));

    assertActive(client, second);
    assertThat(lastError()).isEqualTo("refresh_token_limited");
  }

  @Test
  void given_an_absolute_lifetime_then_online_and_offline_tokens_expire_with_it() {
    OidcClient client = lab.clientWith("absolute-lifetime", "600");
    for (String scope : new String[] {"profile", "offline_access"}) {
      Answer login = user.logIn(client, scope);
      JsonNode claims = Jwt.claims(login.refreshToken());
      long expires = claims.path("exp").asLong();
      assertThat(expires - claims.path("iat").asLong()).isBetween(595L, 600L);
      Lab.awaitNextSecond();

      Answer next = client.refresh(login.refreshToken()).orFail();

      assertThat(Jwt.claims(next.refreshToken()).path("exp").asLong()).isEqualTo(expires);
    }
  }

  @Test
  void given_a_limit_per_minute_when_it_is_exceeded_then_429_and_nothing_is_revoked() {
    OidcClient client = lab.clientWith("max-refreshes-per-minute", "3");
    Answer current = user.logIn(client);
    for (int refresh = 0; refresh < 3; refresh++) {
      current = client.refresh(current.refreshToken()).orFail();
    }

    Answer refused = client.refresh(current.refreshToken());

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.error()).isEqualTo("slow_down");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
    assertActive(client, current);
    lab.age(user, Duration.ofSeconds(60));
    client.refresh(current.refreshToken()).orFail();
  }

  @ParameterizedTest
  @CsvSource({
    "user-agent, User-Agent,      revoke-family, false",
    "ip,         X-Forwarded-For, deny,          true"
  })
  void given_a_binding_when_another_context_presents_the_token_then_it_is_refused(
      String bindTo, String header, String onMismatch, boolean isFamilyKept) {
    OidcClient client = lab.clientWith("bind-to", bindTo, "on-binding-mismatch", onMismatch);
    OidcClient home = client.withHeader(header, "192.0.2.1");
    Answer current = home.refresh(user.logIn(home).refreshToken()).orFail();

    assertRefused(client.withHeader(header, "192.0.2.2").refresh(current.refreshToken()));

    assertThat(lastError()).isEqualTo("refresh_token_mismatched");
    assertIsActive(home, current, isFamilyKept);
  }

  @Test
  void given_observe_mode_when_an_old_token_is_replayed_then_the_newest_is_given_and_reported() {
    OidcClient client = lab.clientWith("mode", "observe", "grace-period", "0");
    Answer login = user.logIn(client);
    Answer second = client.refresh(login.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();

    Answer replay = client.refresh(login.refreshToken()).orFail();

    assertThat(replay.refreshToken()).isEqualTo(third.refreshToken());
    assertThat(lastRefresh().path("rotation_observed").asText()).isEqualTo("reused");
    assertThat(generation(client.refresh(third.refreshToken()).orFail())).isEqualTo(3);
    assertActive(client, login);
  }

  @Test
  void
      given_the_previous_access_token_is_revoked_then_a_replay_revokes_no_token_of_its_successor() {
    OidcClient client =
        lab.clientWith("revoke-previous-access-token", "true", "grace-period", "60");
    Answer login = user.logIn(client);
    assertActive(client, login);

    Answer next = client.refresh(login.refreshToken()).orFail();
    Answer replay = client.refresh(login.refreshToken()).orFail();

    assertRevoked(client, login);
    assertActive(client, next, replay);
    Answer last = client.refresh(next.refreshToken()).orFail();
    assertRevoked(client, next, replay);
    assertActive(client, last);
  }

  @Test
  void given_missing_state_when_it_is_denied_then_a_new_login_is_needed() {
    OidcClient client = lab.clientWith("on-missing-state", "deny");
    Answer current = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.redisClient().del(lab.keyOf(user));

    assertRefused(client.refresh(current.refreshToken()));

    assertThat(lastError()).isEqualTo("refresh_token_missing");
    client.refresh(user.logIn(client).refreshToken()).orFail();
  }

  private static void reuse(OidcClient client, Answer login) {
    Answer next = client.refresh(login.refreshToken()).orFail();
    assertActive(client, next);
    assertRefused(client.refresh(login.refreshToken()));
    assertRevoked(client, next, login);
    assertThat(client.refresh(next.refreshToken()).error()).isEqualTo("invalid_grant");
  }

  private String lastError() {
    return lab.event("REFRESH_TOKEN_ERROR", user).path("error").asText();
  }

  private JsonNode lastRefresh() {
    return lab.event("REFRESH_TOKEN", user).path("details");
  }
}
