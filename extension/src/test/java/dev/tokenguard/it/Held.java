package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.Answer;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.Jwt;
import dev.tokenguard.testbed.OidcClient;
import java.time.Duration;
import java.util.List;

/** The tokens that an app holds, and everybody who can be asked whether they are good. */
record Held(Lab lab, OidcClient client, Lab.User user, Answer answer) {

  /** What this project promises after Keycloak's answer. */
  private static final Duration PROMISED = Duration.ofSeconds(1);

  Held refreshed() {
    return new Held(lab, client, user, client.refresh(answer.refreshToken()).orFail());
  }

  String session() {
    return Family.session(answer);
  }

  /** At Keycloak and at a resource server that asks Redis only. */
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
    JsonNode claims = Jwt.claims(answer.accessToken());
    List<String> values =
        lab.redisClient()
            .mget(
                "tg:at:" + claims.path("jti").asText(),
                "tg:sid:" + claims.path("sid").asText(),
                "tg:sub:" + user.id());
    return values.get(0) != null
        || values.get(1) != null
        || values.get(2) != null && claims.path("iat").asLong() < Long.parseLong(values.get(2));
  }
}
