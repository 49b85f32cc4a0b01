package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.params.SetParams;

/** Who uses what is on the blacklist is reported, and what is still alive of it ends. */
class ActivityIT extends LabTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "60");
  private final OidcClient unmanaged = lab.client("demo-stock");

  @Test
  void given_a_session_on_the_blacklist_that_is_still_alive_then_its_use_is_reported_and_ends_it() {
    Answer login = user.logIn(unmanaged);
    lab.redisClient()
        .set("tg:sid:" + Family.session(login), "logout", SetParams.setParams().ex(900));

    Answer refreshed = unmanaged.refresh(login.refreshToken()).orFail();

    awaitReport("REFRESH_TOKEN", Family.session(login));
    assertThat(unmanaged.refresh(refreshed.refreshToken()).isOk()).isFalse();
    assertThat(unmanaged.userinfo(refreshed.accessToken()).status()).isEqualTo(401);
  }

  @Test
  void given_a_logout_then_the_use_of_its_tokens_is_refused_and_reported() {
    Answer login = user.logIn(unmanaged);
    unmanaged.logout(login.refreshToken()).orFail();

    assertThat(unmanaged.userinfo(login.accessToken()).status()).isEqualTo(401);

    awaitReport("USER_INFO_REQUEST", Family.session(login));
  }

  @Test
  void given_a_revoked_access_token_then_its_use_is_reported_by_its_id() {
    Answer login = user.logIn(client);
    client.revoke(login.accessToken()).orFail();

    assertThat(client.userinfo(login.accessToken()).status()).isEqualTo(401);

    awaitReport("VALIDATE_ACCESS_TOKEN", Jwt.claims(login.accessToken()).path("jti").asText());
  }

  @Test
  void given_tokens_that_are_good_then_nothing_is_reported() {
    Answer login = user.logIn(client);
    client.userinfo(login.accessToken()).orFail();
    Answer next = client.refresh(login.refreshToken()).orFail();
    client.userinfo(next.accessToken()).orFail();

    assertThat(lab.keycloak().log().text().lines())
        .noneMatch(line -> isReport(line) && line.contains(Family.session(login)));
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
