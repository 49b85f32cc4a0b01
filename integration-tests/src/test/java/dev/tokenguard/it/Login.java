package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;

/** The tokens that a client has for a user, and all who decide whether they are active. */
public record Login(Lab lab, OidcClient client, Lab.User user, Answer answer) {

  /** What this project promises after Keycloak's answer. */
  private static final Duration PROMISED = Duration.ofSeconds(1);

  public Login refreshed() {
    return with(client.refresh(answer.refreshToken()).orFail());
  }

  /** Another answer that the same client got for the same user. */
  public Login with(Answer another) {
    return new Login(lab, client, user, another);
  }

  public String session() {
    return Tokens.session(answer);
  }

  /** At Keycloak, and at a resource server that reads Redis only. */
  public void assertRevoked(String what) {
    Await.until(what + ": an entry for resource servers", PROMISED, this::isOnBlacklist);
    Await.until(
        what + ": a refusal by userinfo",
        PROMISED,
        () -> client.userinfo(answer.accessToken()).status() == 401);
    Answer refresh = client.refresh(answer.refreshToken());
    assertThat(refresh.status()).as("%s: %s", what, refresh.body()).isIn(400, 401);
    if (refresh.status() == 400) {
      assertThat(refresh.error()).as(what).isEqualTo("invalid_grant");
    }
    assertThat(lab.isActive(answer)).as("%s: introspection", what).isFalse();
  }

  public void assertActive(String what) {
    assertThat(isOnBlacklist()).as("%s: an entry for resource servers", what).isFalse();
    Tokens.assertActive(client, answer);
    assertThat(lab.isActive(answer)).as("%s: introspection", what).isTrue();
    Answer refresh = client.refresh(answer.refreshToken());
    assertThat(refresh.isOk()).as("%s: refresh: %s", what, refresh.body()).isTrue();
  }

  public boolean isOnBlacklist() {
    return !RevocationChecker.of(
            keys -> lab.redisClient().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE)
        .check(Tokens.claims(answer))
        .isAccepted();
  }
}
