package dev.tokenguard.it.cluster;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRefusedByKeycloak;
import static dev.tokenguard.it.Tokens.family;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Parallel;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.rotation.TokenPosition;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.server.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each node of a cluster gives the same answer. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag(TestLength.FULL)
class TwoNodesIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final int REFRESHES = 24;
  private static final Duration SOON = Duration.ofSeconds(9);

  /** Longer than the read timeout of the faulty node. */
  private static final Duration HEALED = Duration.ofSeconds(60);

  /** Both shorter than the clock jumps. */
  private static final int GRACE_SECONDS = 300;

  private static final int ACCESS_TOKEN_SECONDS = 900;

  /** Positions in the record of a family, see record.lua. */
  private static final int GENERATION = 1;

  private static final int MADE_MS = 2;
  private static final int IAT_AFTER_MADE = 3;
  private static final int REPLAYS = 6;

  private static final String GRACEFUL = "graceful";
  private static final String STRICT = "strict";

  private static final AtomicInteger USERS = new AtomicInteger();

  private static TwoNodes cluster;

  private KeycloakServer one;
  private KeycloakServer another;
  private String user;
  private String userId;
  private boolean isClockRight = true;

  @BeforeAll
  static void startOwn() {
    try {
      cluster =
          new TwoNodes(
              Map.of(Lab.CONNECTION + "read-timeout", "4000"),
              // Longer than it takes to kill the node.
              Map.of(Lab.CONNECTION + "read-timeout", "10000"));
    } catch (PostgresServer.UnavailableException unavailable) {
      abort(unavailable.getMessage());
    }
    LOGS.watch(cluster.stable().log());
    LOGS.watch(cluster.faulty().log());
    Lab.createClients(
        admin(cluster.stable()),
        Map.of(
            GRACEFUL, Map.of("grace-period", "" + GRACE_SECONDS),
            STRICT, Map.of("grace-period", "0")));
  }

  @AfterAll
  static void stopOwn() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void createUser() {
    one = cluster.faulty();
    another = cluster.stable();
    user = "user-" + USERS.incrementAndGet();
    userId = admin(another).createUser(user, Lab.PASSWORD);
  }

  @AfterEach
  void setClockRight() {
    if (!isClockRight) {
      setClock(Duration.ZERO);
    }
  }

  @Test
  void given_grace_when_one_token_is_refreshed_at_both_at_once_then_all_get_the_same_token() {
    Answer login = logIn(one);

    List<Answer> answers =
        Parallel.run(
            REFRESHES, at -> app(at % 2 == 0 ? one : another).refresh(login.refreshToken()));

    assertThat(answers).allMatch(Answer::isOk);
    String successor = answers.get(0).refreshToken();
    assertThat(answers).extracting(Answer::refreshToken).containsOnly(successor);
    Answer next = app(one).refresh(successor).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertThat(generation(app(another).refresh(next.refreshToken()).orFail())).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout", "revocation", "password reset"})
  void given_a_trigger_at_one_node_then_the_other_refuses_at_once(String trigger) {
    for (KeycloakServer here : List.of(one, another)) {
      KeycloakServer there = here == one ? another : one;
      Answer tokens = app(there).refresh(logIn(here).refreshToken()).orFail();
      assertActive(app(there), tokens);
      assertThat(isActive(there, tokens)).isTrue();

      trigger(trigger, here, tokens);

      assertRevokedAt(there, GRACEFUL, tokens);
    }
  }

  private void trigger(String trigger, KeycloakServer node, Answer tokens) {
    switch (trigger) {
      case "logout" -> app(node).logout(tokens.refreshToken()).orFail();
      case "revocation" -> app(node).revoke(tokens.refreshToken()).orFail();
      default -> admin(node).resetPassword(userId, Lab.PASSWORD).orFail();
    }
  }

  /** There is no grace period that would cover the retry. */
  @Test
  void given_redis_did_not_answer_one_then_a_retry_at_the_other_is_no_reuse() {
    OidcClient client = app(one, STRICT);
    Answer login = client.login(user, Lab.PASSWORD).orFail();
    Answer first = client.refresh(login.refreshToken()).orFail();

    cluster.network().swallowAnswers();
    Answer postponed = client.refresh(first.refreshToken());
    cluster.network().heal();
    Await.until("commands to Redis", HEALED, () -> one.readiness().seesRedis());
    assertThat(postponed.status()).isEqualTo(503);
    assertThat(record()[GENERATION]).as("Redis has rotated").isEqualTo("2");

    Answer successor = app(another, STRICT).refresh(first.refreshToken()).orFail();

    assertThat(generation(successor)).isEqualTo(2);
    assertThat(lastRotation()).isEqualTo("replayed");
    Answer next = app(another, STRICT).refresh(successor.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(3);
    assertRefused(app(one, STRICT).refresh(successor.refreshToken()));
    assertRevoked(STRICT, next);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void given_a_node_killed_before_its_answer_then_a_retry_at_the_other_gets_that_token() {
    Answer login = logIn(one);

    cluster.network().swallowAnswers();
    CompletableFuture<Answer> lost =
        CompletableFuture.supplyAsync(() -> app(one).refresh(login.refreshToken()));
    Await.until("Redis to decide", SOON, () -> record()[GENERATION].equals("1"));
    String[] decided = record();
    one.kill();
    assertThat(lost).failsWithin(TestLength.limit(SOON));

    Answer successor = app(another).refresh(login.refreshToken()).orFail();

    // What the killed node would have answered with.
    JsonNode claims = Jwt.claims(successor.refreshToken());
    TokenPosition position = new TokenPosition(family(login), 1);
    assertThat(claims.path("jti").asText()).isEqualTo(position.refreshTokenId());
    assertThat(claims.path("rtg").asLong()).isEqualTo(1);
    assertThat(claims.path("iat").asLong()).isEqualTo(issuedAt(decided));
    assertThat(record()[MADE_MS]).as("it was replayed").isEqualTo(decided[MADE_MS]);
    assertThat(record()[REPLAYS]).isEqualTo("1");
    assertThat(lastRotation()).isEqualTo("replayed");
    assertThat(successorAt(another, login)).isEqualTo(successor.refreshToken());
    Answer next = app(another).refresh(successor.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertThat(generation(app(another).refresh(next.refreshToken()).orFail())).isEqualTo(3);
  }

  /** Keycloak refuses a token that was issued before its session began. */
  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT-20M"})
  void given_a_clock_that_jumped_then_both_nodes_replay_the_same_token_and_grace_ends_in_time(
      Duration jump) {
    setClock(jump);
    Answer login = logIn(behind(jump));
    Answer successor = app(another).refresh(login.refreshToken()).orFail();

    assertThat(successorAt(another, login)).isEqualTo(successor.refreshToken());
    assertThat(successorAt(one, login)).isEqualTo(successor.refreshToken());
    assertThat(Instant.ofEpochMilli(Long.parseLong(record()[MADE_MS])))
        .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
    assertActive(app(another), successor);

    Lab.age(cluster.redisClient(), userId, Duration.ofSeconds(GRACE_SECONDS - 60));
    assertThat(generation(app(another).refresh(login.refreshToken()).orFail())).isEqualTo(1);
    Lab.age(cluster.redisClient(), userId, Duration.ofSeconds(60));
    assertRefused(app(one).refresh(login.refreshToken()));
    assertRevoked(GRACEFUL, successor);
  }

  /** Built-in Keycloak refuses a token of the second case, issued before the session. */
  @ParameterizedTest
  @CsvSource({"PT20M, false", "PT20M, true", "PT-20M, true"})
  void given_a_clock_that_jumped_then_a_family_continues_at_both_nodes_and_when_it_is_right_again(
      Duration jump, boolean isLoginThere) {
    setClock(jump);
    Answer login = logIn(isLoginThere ? one : another);
    Answer successor = app(another).refresh(login.refreshToken()).orFail();
    assertActive(app(another), successor);
    assertThat(successorAt(one, login)).isEqualTo(successor.refreshToken());
    Answer next = app(one).refresh(successor.refreshToken()).orFail();
    assertThat(successorAt(another, successor)).isEqualTo(next.refreshToken());

    setClock(Duration.ZERO);

    Answer third = app(one).refresh(next.refreshToken()).orFail();
    Answer fourth = app(another).refresh(third.refreshToken()).orFail();
    assertThat(generation(fourth)).isEqualTo(4);
    assertActive(app(one), fourth);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT-20M"})
  void given_a_clock_that_jumped_when_tokens_are_revoked_at_either_node_then_both_refuse(
      Duration jump) {
    setClock(jump);
    for (KeycloakServer at : List.of(one, another)) {
      for (String trigger : List.of("revocation", "logout", "password reset")) {
        createUser();
        KeycloakServer node = behind(jump);
        Answer tokens = app(node).refresh(logIn(node).refreshToken()).orFail();
        assertActive(app(node), tokens);

        trigger(trigger, at, tokens);

        assertRevoked(GRACEFUL, tokens);
        if (!trigger.equals("revocation")) {
          assertListedInTime(tokens);
        }
      }
    }
  }

  /** As long as an access token of the session may be accepted. */
  private void assertListedInTime(Answer tokens) {
    assertThat(cluster.secondsToLive("tg:sid:" + Tokens.session(tokens)))
        .isGreaterThan(ACCESS_TOKEN_SECONDS - 60);
  }

  @Test
  void given_a_jump_beyond_the_life_of_a_token_then_keycloak_refuses_it_until_the_clock_is_right() {
    Answer login = logIn(another);
    setClock(Duration.ofDays(8));

    assertRefusedByKeycloak(app(one).refresh(login.refreshToken()));

    setClock(Duration.ZERO);
    assertThat(generation(app(one).refresh(login.refreshToken()).orFail())).isEqualTo(1);
  }

  /** Returns when the node uses the time. */
  private void setClock(Duration offset) {
    assumeTrue(cluster.clock().isPresent(), "libfaketime is not installed (Debian: faketime)");
    cluster.clock().get().set(offset);
    Await.until(
        "the time of the node",
        SOON,
        () -> Duration.between(Instant.now().plus(offset), now(one)).abs().compareTo(SOON) < 0);
    isClockRight = offset.isZero();
  }

  private Instant now(KeycloakServer node) {
    Answer login = app(node, "demo-built-in").login(user, Lab.PASSWORD).orFail();
    return Instant.ofEpochSecond(Jwt.claims(login.accessToken()).path("iat").asLong());
  }

  private KeycloakServer behind(Duration jumpOfOne) {
    return jumpOfOne.isNegative() ? one : another;
  }

  private Answer logIn(KeycloakServer node) {
    return app(node).login(user, Lab.PASSWORD).orFail();
  }

  private static String successorAt(KeycloakServer node, Answer answer) {
    return app(node).refresh(answer.refreshToken()).orFail().refreshToken();
  }

  private static AdminApi admin(KeycloakServer node) {
    return node.admin(Lab.REALM);
  }

  private static OidcClient app(KeycloakServer node) {
    return app(node, GRACEFUL);
  }

  private static OidcClient app(KeycloakServer node, String clientId) {
    return OidcClient.of(node.baseUri(), Lab.REALM, clientId);
  }

  private void assertRevoked(String clientId, Answer answer) {
    assertRevokedAt(one, clientId, answer);
    assertRevokedAt(another, clientId, answer);
  }

  /** Without waiting. */
  private void assertRevokedAt(KeycloakServer node, String clientId, Answer answer) {
    OidcClient client = app(node, clientId);
    Tokens.assertRevoked(client, answer);
    assertThat(isActive(node, answer)).isFalse();
    assertRefusedByKeycloak(client.refresh(answer.refreshToken()));
  }

  private static boolean isActive(KeycloakServer node, Answer answer) {
    OidcClient backend = app(node, "demo-backend").withSecret("demo-secret");
    return backend.introspect(answer.accessToken()).orFail().body().path("active").asBoolean();
  }

  /** The record of the user's family, in its parts. */
  private String[] record() {
    return cluster.redisClient().hgetAll("tg:u:{" + userId + "}").entrySet().stream()
        .filter(field -> field.getKey().startsWith("f:"))
        .map(field -> field.getValue().split(",", -1))
        .findFirst()
        .orElseThrow();
  }

  private static long issuedAt(String[] record) {
    String offset = record[IAT_AFTER_MADE];
    return Long.parseLong(record[MADE_MS]) / 1_000
        + (offset.isEmpty() ? 0 : Long.parseLong(offset));
  }

  /** Of this user: a node whose clock was ahead has stored later events of others. */
  private String lastRotation() {
    return admin(another).events("REFRESH_TOKEN").stream()
        .filter(event -> event.path("userId").asText().equals(userId))
        .findFirst()
        .orElseThrow()
        .path("details")
        .path("rotation")
        .asText();
  }
}
