package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.Map;

/** The tokens that an app holds, and everybody who can be asked whether they are good. */
record Held(Lab lab, OidcClient client, Lab.User user, Answer answer) {

  /** What this project promises after Keycloak's answer. */
  private static final Duration PROMISED = Duration.ofSeconds(1);

  Held refreshed() {
    return with(client.refresh(answer.refreshToken()).orFail());
  }

  /** Another answer that the same app got for the same user. */
  Held with(Answer another) {
    return new Held(lab, client, user, another);
  }

  String session() {
    return Family.session(answer);
  }

  /** At Keycloak and at a resource server that asks Redis alone. */
  void assertDead(String what) {
    Await.until(what + ": the blacklist names the token", PROMISED, this::isOnBlacklist);
    Await.until(
        what + ": userinfo refuses",
        PROMISED,
        () -> client.userinfo(answer.accessToken()).status() == 401);
    Answer refresh = client.refresh(answer.refreshToken());
    assertThat(refresh.status()).as("%s: %s", what, refresh.body()).isIn(400, 401);
    if (refresh.status() == 400) {
      assertThat(refresh.error()).as(what).isEqualTo("invalid_grant");
    }
    assertThat(isActive()).as("%s: introspection", what).isFalse();
  }

  void assertAlive(String what) {
    assertThat(isOnBlacklist()).as("%s: on the blacklist", what).isFalse();
    assertThat(client.userinfo(answer.accessToken()).status())
        .as("%s: userinfo", what)
        .isEqualTo(200);
    assertThat(isActive()).as("%s: introspection", what).isTrue();
    Answer refresh = client.refresh(answer.refreshToken());
    assertThat(refresh.isOk()).as("%s: refresh: %s", what, refresh.body()).isTrue();
  }

  private boolean isActive() {
    return lab.client("demo-backend")
        .withSecret("demo-secret")
        .introspect(answer.accessToken())
        .body()
        .path("active")
        .asBoolean();
  }

  boolean isOnBlacklist() {
    Map<String, Object> claims =
        new ObjectMapper().convertValue(Jwt.claims(answer.accessToken()), new TypeReference<>() {});
    return !RevocationChecker.of(
            keys -> lab.redisClient().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE)
        .check(TokenClaims.of(claims))
        .isAccepted();
  }
}
