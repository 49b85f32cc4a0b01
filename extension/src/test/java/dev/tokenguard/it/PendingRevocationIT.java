package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.Meters;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/**
 * What is revoked during an outage of Redis is recorded in it afterwards, whatever happens
 * meanwhile, and reaches nothing that began since.
 */
class PendingRevocationIT extends LabTest {

  private static final Duration BACK = Duration.ofSeconds(10);

  private static final String LOST = "Redis has lost all its data";

  private static RedisServer redis;
  private static KeycloakServer keycloak;

  @BeforeAll
  static void startOwn() {
    redis = RedisServer.start();
    keycloak =
        GuardedKeycloak.builder()
            .realm(Lab.realmFile())
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            // Long enough for a machine that is busy with its own tests.
            .option("spi-redis-connection--jedis--read-timeout", "4000")
            .option("log-level", "INFO,dev.tokenguard:debug")
            .start();
    LOGS.watch(keycloak.log());
  }

  @AfterAll
  static void stopOwn() {
    keycloak.close();
    redis.close();
  }

  private final OidcClient client = OidcClient.of(keycloak.baseUri(), "demo", "demo-strict");

  @Test
  void
      given_redis_is_away_when_sessions_end_then_keycloak_refuses_at_once_and_redis_learns_later() {
    Answer loggedOut = logIn();
    Answer reset = logIn();
    Answer revoked = logIn();
    redis.stop();

    client.logout(loggedOut.refreshToken()).orFail();
    client.revoke(revoked.accessToken()).orFail();
    keycloak.admin("demo").resetPassword(userOf(reset), "demo").orFail();

    for (Answer each : new Answer[] {loggedOut, reset, revoked}) {
      assertThat(client.userinfo(each.accessToken()).status()).isEqualTo(401);
    }
    redis.restart();
    awaitKey("tg:sid:" + Family.session(loggedOut));
    awaitKey("tg:sid:" + Family.session(reset));
    awaitKey("tg:sub:" + userOf(reset));
    awaitKey("tg:at:" + Jwt.claims(revoked.accessToken()).path("jti").asText());
    assertThat(logIn().isOk()).isTrue();
  }

  @Test
  void given_redis_is_away_and_keycloak_restarts_then_redis_still_learns_of_it() {
    Answer loggedOut = logIn();
    Answer revoked = logIn();
    redis.stop();
    client.logout(loggedOut.refreshToken()).orFail();
    client.revoke(revoked.accessToken()).orFail();

    keycloak.stop();
    redis.restart();
    keycloak.start();

    awaitKey("tg:sid:" + Family.session(loggedOut));
    awaitKey("tg:at:" + Jwt.claims(revoked.accessToken()).path("jti").asText());
    Answer next = logIn();
    client.refresh(next.refreshToken()).orFail();
  }

  /**
   * The same browser session, the same client, and so the same ids: what waits is about what began
   * before.
   */
  @Test
  void given_a_revocation_that_waits_when_the_user_logs_in_again_then_that_login_lasts() {
    OidcClient other = appOfOwn();
    OidcClient app = appOfOwn();
    CodeLogin browser = other.loginWithCode("alice", "demo");
    Answer before = app.loginWithCode(browser.cookies()).answer().orFail();
    redis.stop();
    app.revoke(before.refreshToken()).orFail();
    long revoked = Instant.now().getEpochSecond();
    Await.until("the next second", BACK, () -> Instant.now().getEpochSecond() > revoked);

    Answer after = app.loginWithCode(browser.cookies()).answer().orFail();

    assertThat(Family.session(after)).isEqualTo(Family.session(before));
    assertThat(app.userinfo(after.accessToken()).status()).isEqualTo(200);
    redis.restart();
    Await.until(
        "the revocation to be recorded",
        BACK,
        () -> new Meters(keycloak).value("token_guard_revocations_pending") == 0);
    assertThat(app.userinfo(after.accessToken()).status()).isEqualTo(200);
    Answer next = app.refresh(after.refreshToken()).orFail();
    keycloak.stop();
    keycloak.start();
    assertThat(app.userinfo(next.accessToken()).status()).isEqualTo(200);
    Answer last = app.refresh(next.refreshToken()).orFail();
    flush();
    assertThat(app.userinfo(last.accessToken()).status()).isEqualTo(200);
    app.refresh(last.refreshToken()).orFail();
  }

  private static OidcClient appOfOwn() {
    String id = "app-" + UUID.randomUUID();
    keycloak
        .admin("demo")
        .post(
            "/clients",
            Map.of(
                "clientId",
                id,
                "publicClient",
                true,
                "standardFlowEnabled",
                true,
                "redirectUris",
                List.of("http://127.0.0.1/*")))
        .orFail();
    return OidcClient.of(keycloak.baseUri(), "demo", id);
  }

  @Test
  void given_redis_is_emptied_then_it_is_told_again_and_live_chains_go_on() {
    Answer revoked = logIn();
    Answer live = client.refresh(logIn().refreshToken()).orFail();
    client.revoke(revoked.accessToken()).orFail();
    Answer loggedOut = logIn();
    client.logout(loggedOut.refreshToken()).orFail();
    long start = keycloak.log().size();

    flush();

    awaitKey("tg:at:" + Jwt.claims(revoked.accessToken()).path("jti").asText());
    awaitKey("tg:sid:" + Family.session(loggedOut));
    Answer next = client.refresh(live.refreshToken()).orFail();
    assertThat(Family.generation(next)).isEqualTo(2);
    assertThat(client.refresh(live.refreshToken()).error()).isEqualTo("invalid_grant");
    assertThat(keycloak.log().textFrom(start)).containsOnlyOnce(LOST);
  }

  /** What came with the login is named by whichever token of the family is seen first again. */
  @Test
  void given_redis_is_emptied_when_a_family_is_taken_up_and_replayed_then_all_of_it_is_dead() {
    Answer login = logIn();
    Answer first = client.refresh(login.refreshToken()).orFail();
    Answer second = client.refresh(first.refreshToken()).orFail();
    flush();
    Answer third = client.refresh(second.refreshToken()).orFail();

    Family.assertRefused(client.refresh(login.refreshToken()));

    for (Answer each : new Answer[] {login, first, second, third}) {
      Family.assertDead(client, each);
    }
  }

  /** Returns when it is noticed, or the next test would see that. */
  private static void flush() {
    long start = keycloak.log().size();
    try (RedisClient jedis = RedisClient.create(redis.uri().getHost(), redis.uri().getPort())) {
      jedis.flushAll();
    }
    Await.until(
        "the loss to be noticed", BACK, () -> keycloak.log().textFrom(start).contains(LOST));
  }

  private Answer logIn() {
    return client.login("alice", "demo").orFail();
  }

  private static String userOf(Answer login) {
    return Jwt.claims(login.accessToken()).path("sub").asText();
  }

  private static void awaitKey(String key) {
    try (RedisClient jedis = RedisClient.create(redis.uri().getHost(), redis.uri().getPort())) {
      Await.until(key, BACK, () -> jedis.ttl(key) > 0);
    }
  }
}
