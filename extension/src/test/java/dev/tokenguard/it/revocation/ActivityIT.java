package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.params.SetParams;

/**
 * The use of revoked tokens is reported, and what is still active of a revoked session is revoked.
 */
class ActivityIT extends RevocationTest {

  private final OidcClient unguarded = lab.client("demo-stock");

  @Test
  void given_an_active_session_on_the_blacklist_then_its_use_is_reported_and_it_is_revoked() {
    Answer login = user.logIn(unguarded);
    lab.redisClient()
        .set("tg:sid:" + Tokens.session(login), "logout", SetParams.setParams().ex(900));

    Answer refreshed = unguarded.refresh(login.refreshToken()).orFail();

    awaitReport("REFRESH_TOKEN", Tokens.session(login));
    assertThat(unguarded.refresh(refreshed.refreshToken()).isOk()).isFalse();
    assertThat(unguarded.userinfo(refreshed.accessToken()).status()).isEqualTo(401);
  }

  @Test
  void given_a_logout_then_the_use_of_its_tokens_is_refused_and_reported() {
    Answer login = user.logIn(unguarded);
    unguarded.logout(login.refreshToken()).orFail();

    assertThat(unguarded.userinfo(login.accessToken()).status()).isEqualTo(401);

    awaitReport("USER_INFO_REQUEST", Tokens.session(login));
  }

  @Test
  void given_a_revoked_access_token_then_its_use_is_reported_by_its_id() {
    Answer login = user.logIn(client);
    client.revoke(login.accessToken()).orFail();

    assertThat(client.userinfo(login.accessToken()).status()).isEqualTo(401);

    awaitReport("VALIDATE_ACCESS_TOKEN", Tokens.accessTokenId(login));
  }

  @Test
  void given_active_tokens_then_nothing_is_reported() {
    Answer login = user.logIn(client);
    client.userinfo(login.accessToken()).orFail();
    Answer next = client.refresh(login.refreshToken()).orFail();
    client.userinfo(next.accessToken()).orFail();

    assertThat(lab.keycloak().log().text().lines())
        .noneMatch(line -> isReport(line) && line.contains(Tokens.session(login)));
  }

  private void awaitReport(String type, String id) {
    Await.until(
        "a report of the use of " + id,
        SOON,
        () ->
            lab.keycloak()
                .log()
                .text()
                .lines()
                .anyMatch(
                    line ->
                        isReport(line)
                            && line.contains("type=\"" + type + "_ERROR\"")
                            && line.contains(id)));
  }

  private static boolean isReport(String line) {
    return line.contains("error=\"blacklisted_activity\"");
  }
}
