package dev.tokenguard.it;

import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.rotation.TokenPosition;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.postgres.PostgresUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever node of a cluster is asked, the answer is the same. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoNodesIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final int REFRESHES = 24;
  private static final int LAST = Integer.MAX_VALUE;
  private static final Duration SOON = Duration.ofSeconds(9);

  /** Both shorter than the clock jumps. */
  private static final int GRACE_SECONDS = TwoNodes.GRACE_SECONDS;

  private static final int ACCESS_TOKEN_SECONDS = 900;

  /** Positions in the lineage, see record.lua. */
  private static final int GENERATION = 1;

  private static final int MADE_MS = 2;
  private static final int IAT_AFTER_MADE = 3;
  private static final int REPLAYS = 6;

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
      cluster = new TwoNodes();
    } catch (PostgresUnavailableException unavailable) {
      abort(unavailable.getMessage());
    }
    LOGS.watch(cluster.lasting().log());
    LOGS.watch(cluster.mortal().log());
  }

  @AfterAll
  static void stopOwn() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void createUser() {
    one = cluster.mortal();
    another = cluster.lasting();
    user = "user-" + USERS.incrementAndGet();
    userId = cluster.admin(another).createUser(user, Lab.PASSWORD);
  }

  @AfterEach
  void setClockRight() {
    if (!isClockRight) {
      setClock(Duration.ZERO);
    }
  }

  @Test
  void given_grace_when_one_token_is_refreshed_at_both_at_once_then_all_get_the_same_child() {
    Answer login = app(one).login(user, Lab.PASSWORD).orFail();

    List<Answer> answers = refreshAtBoth("demo-spa", login);

    assertThat(answers).allMatch(Answer::isOk);
    assertThat(answers).extracting(Answer::refreshToken).containsOnly(childOf(answers));
    Answer next = app(one).refresh(childOf(answers)).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertThat(generation(app(another).refresh(next.refreshToken()).orFail())).isEqualTo(3);
  }

  @Test
  void given_no_grace_when_one_token_is_refreshed_at_both_at_once_then_the_family_is_dead() {
    Answer login = app(one, "demo-strict").login(user, Lab.PASSWORD).orFail();

    List<Answer> answers = refreshAtBoth("demo-strict", login);

    List<Answer> granted = answers.stream().filter(Answer::isOk).toList();
    assertThat(granted).hasSizeLessThanOrEqualTo(1);
    assertThat(answers).filteredOn(answer -> !answer.isOk()).allSatisfy(Family::assertRefused);
    granted.forEach(answer -> assertDead("demo-strict", answer));
    assertDead("demo-strict", login);
  }

  @Test
  void given_a_logout_at_one_then_the_other_refuses_at_once() {
    assertSeenAtOnce((node, held) -> app(node).logout(held.refreshToken()).orFail());
  }

  @Test
  void given_a_revocation_at_one_then_the_other_refuses_at_once() {
    assertSeenAtOnce((node, held) -> app(node).revoke(held.refreshToken()).orFail());
  }

  @Test
  void given_a_password_reset_at_one_then_the_other_refuses_at_once() {
    assertSeenAtOnce(
        (node, held) -> cluster.admin(node).resetPassword(userId, "another horse").orFail());
  }

  /** There is no grace that would cover the retry. */
  @Test
  void given_redis_did_not_answer_one_then_a_retry_at_the_other_is_no_reuse() {
    OidcClient client = app(one, "demo-strict");
    Answer login = client.login(user, Lab.PASSWORD).orFail();
    Answer held = client.refresh(login.refreshToken()).orFail();

    cluster.line().swallowAnswers();
    Answer postponed = client.refresh(held.refreshToken());
    cluster.healLine();
    assertThat(postponed.status()).isEqualTo(503);
    assertThat(lineage()[GENERATION]).as("Redis has rotated").isEqualTo("2");

    Answer child = app(another, "demo-strict").refresh(held.refreshToken()).orFail();

    assertThat(generation(child)).isEqualTo(2);
    assertThat(lastRotation()).isEqualTo("replayed");
    Answer next = app(another, "demo-strict").refresh(child.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(3);
    Family.assertRefused(app(one, "demo-strict").refresh(child.refreshToken()));
    assertDead("demo-strict", next);
  }

  @Test
  @Order(LAST)
  void given_a_node_killed_before_its_answer_then_a_retry_at_the_other_gets_that_child() {
    Answer login = app(one).login(user, Lab.PASSWORD).orFail();

    cluster.line().swallowAnswers();
    CompletableFuture<Answer> lost =
        CompletableFuture.supplyAsync(() -> app(one).refresh(login.refreshToken()));
    Await.until("Redis to decide", SOON, () -> lineage()[GENERATION].equals("1"));
    String[] decided = lineage();
    one.kill();
    assertThat(lost).failsWithin(TestLength.limit(SOON));

    Answer child = app(another).refresh(login.refreshToken()).orFail();

    // What the killed node would have answered with, by all that it left.
    JsonNode claims = Jwt.claims(child.refreshToken());
    TokenPosition place = new TokenPosition(Family.id(login), 1);
    assertThat(claims.path("jti").asText()).isEqualTo(place.refreshTokenId());
    assertThat(claims.path("rtg").asLong()).isEqualTo(1);
    assertThat(claims.path("iat").asLong()).isEqualTo(issuedAt(decided));
    assertThat(lineage()[MADE_MS]).as("it was replayed").isEqualTo(decided[MADE_MS]);
    assertThat(lineage()[REPLAYS]).isEqualTo("1");
    assertThat(lastRotation()).isEqualTo("replayed");
    Answer again = app(another).refresh(login.refreshToken()).orFail();
    assertThat(again.refreshToken()).isEqualTo(child.refreshToken());
    Answer next = app(another).refresh(child.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertThat(generation(app(another).refresh(next.refreshToken()).orFail())).isEqualTo(3);
  }

  /** Keycloak takes what was issued before its session began, by whatever clock, for stale. */
  @Tag(TestLength.FULL)
  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT-20M"})
  void given_a_clock_that_jumped_when_a_token_is_replayed_then_both_nodes_give_the_same_child(
      Duration jump) {
    setClock(jump);
    Answer login = app(behind(jump)).login(user, Lab.PASSWORD).orFail();
    Answer child = app(one).refresh(login.refreshToken()).orFail();

    assertThat(childAt(another, login)).isEqualTo(child.refreshToken());
    assertThat(childAt(one, login)).isEqualTo(child.refreshToken());
    assertThat(Instant.ofEpochMilli(Long.parseLong(lineage()[MADE_MS])))
        .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
    Answer next = app(another).refresh(child.refreshToken()).orFail();
    assertThat(childAt(one, child)).isEqualTo(next.refreshToken());

    setClock(Duration.ZERO);
    Answer third = app(one).refresh(next.refreshToken()).orFail();
    Answer fourth = app(another).refresh(third.refreshToken()).orFail();
    assertThat(generation(fourth)).isEqualTo(4);
    Family.assertAlive(app(one), fourth);
  }

  /** Stock Keycloak refuses its child, being from before the session. */
  @Tag(TestLength.FULL)
  @Test
  void given_a_session_that_began_by_a_clock_ahead_then_it_goes_on_at_the_other_node() {
    setClock(Duration.ofMinutes(20));
    Answer login = app(one).login(user, Lab.PASSWORD).orFail();

    Answer child = app(another).refresh(login.refreshToken()).orFail();

    Family.assertAlive(app(another), child);
    assertThat(childAt(one, login)).isEqualTo(child.refreshToken());
    Answer next = app(another).refresh(child.refreshToken()).orFail();
    setClock(Duration.ZERO);
    Answer third = app(one).refresh(next.refreshToken()).orFail();
    Family.assertAlive(app(one), third);
    assertThat(generation(app(another).refresh(third.refreshToken()).orFail())).isEqualTo(4);
  }

  @Tag(TestLength.FULL)
  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT-20M"})
  void given_a_clock_that_jumped_then_the_grace_is_as_long_as_ever_and_a_reuse_is_caught(
      Duration jump) {
    setClock(jump);
    Answer login = app(behind(jump)).login(user, Lab.PASSWORD).orFail();
    Answer child = app(another).refresh(login.refreshToken()).orFail();
    Family.assertAlive(app(another), child);

    cluster.letPass(userId, Duration.ofSeconds(GRACE_SECONDS - 60));
    assertThat(generation(app(another).refresh(login.refreshToken()).orFail())).isEqualTo(1);
    assertThat(lineage()[REPLAYS]).as("it was replayed").isEqualTo("1");
    cluster.letPass(userId, Duration.ofSeconds(60));
    Family.assertRefused(app(one).refresh(login.refreshToken()));

    assertDead("demo-spa", child);
  }

  @Tag(TestLength.FULL)
  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "PT-20M"})
  void given_a_clock_that_jumped_when_all_is_ended_at_either_node_then_both_refuse(Duration jump) {
    setClock(jump);
    for (KeycloakServer node : List.of(one, another)) {
      assertEnds(jump, held -> app(node).revoke(held.refreshToken()).orFail());
      assertKnownToResourceServers(
          assertEnds(jump, held -> app(node).logout(held.refreshToken()).orFail()));
      assertKnownToResourceServers(
          assertEnds(
              jump, held -> cluster.admin(node).resetPassword(userId, Lab.PASSWORD).orFail()));
    }
  }

  private Answer assertEnds(Duration jump, Consumer<Answer> end) {
    createUser();
    Answer login = app(behind(jump)).login(user, Lab.PASSWORD).orFail();
    Answer held = app(behind(jump)).refresh(login.refreshToken()).orFail();
    Family.assertAlive(app(behind(jump)), held);

    end.accept(held);

    assertDead("demo-spa", held);
    return held;
  }

  /** As long as an access token of the session may be alive. */
  private void assertKnownToResourceServers(Answer held) {
    assertThat(cluster.secondsToLive("tg:sid:" + Family.session(held)))
        .isGreaterThan(ACCESS_TOKEN_SECONDS - 60);
  }

  @Tag(TestLength.FULL)
  @Test
  void given_a_jump_beyond_the_life_of_a_token_then_keycloak_refuses_it_until_the_clock_is_right() {
    Answer login = app(another).login(user, Lab.PASSWORD).orFail();
    setClock(Duration.ofDays(8));

    Family.assertRefusedByKeycloak(app(one).refresh(login.refreshToken()));

    setClock(Duration.ZERO);
    assertThat(generation(app(one).refresh(login.refreshToken()).orFail())).isEqualTo(1);
  }

  /** Moves the clock of one node, and returns when that node goes by it. */
  private void setClock(Duration offset) {
    assumeTrue(cluster.clock().isPresent(), "libfaketime is not installed (Debian: faketime)");
    cluster.clock().get().set(offset);
    Await.until(
        "the clock to be seen",
        SOON,
        () -> Duration.between(Instant.now().plus(offset), now(one)).abs().compareTo(SOON) < 0);
    isClockRight = offset.isZero();
  }

  private Instant now(KeycloakServer node) {
    Answer login = app(node, "demo-stock").login(user, Lab.PASSWORD).orFail();
    return Instant.ofEpochSecond(Jwt.claims(login.accessToken()).path("iat").asLong());
  }

  private KeycloakServer behind(Duration jumpOfOne) {
    return jumpOfOne.isNegative() ? one : another;
  }

  private static String childAt(KeycloakServer node, Answer answer) {
    return app(node).refresh(answer.refreshToken()).orFail().refreshToken();
  }

  private static OidcClient app(KeycloakServer node) {
    return app(node, "demo-spa");
  }

  private static OidcClient app(KeycloakServer node, String clientId) {
    return cluster.client(node, clientId);
  }

  private List<Answer> refreshAtBoth(String clientId, Answer login) {
    return Parallel.run(
        REFRESHES,
        index -> app(index % 2 == 0 ? one : another, clientId).refresh(login.refreshToken()));
  }

  private static String childOf(List<Answer> answers) {
    return answers.get(0).refreshToken();
  }

  /** In both directions. */
  private void assertSeenAtOnce(BiConsumer<KeycloakServer, Answer> end) {
    assertSeenAtOnce(one, another, end);
    cluster.admin(another).resetPassword(userId, Lab.PASSWORD).orFail();
    assertSeenAtOnce(another, one, end);
  }

  private void assertSeenAtOnce(
      KeycloakServer here, KeycloakServer there, BiConsumer<KeycloakServer, Answer> end) {
    Answer login = app(here).login(user, Lab.PASSWORD).orFail();
    Answer held = app(there).refresh(login.refreshToken()).orFail();
    Family.assertAlive(app(there), held);
    assertThat(isActive(there, held)).isTrue();

    end.accept(here, held);

    assertDeadAt(there, "demo-spa", held);
  }

  private void assertDead(String clientId, Answer answer) {
    assertDeadAt(one, clientId, answer);
    assertDeadAt(another, clientId, answer);
  }

  /** Refused now, without a second chance. */
  private void assertDeadAt(KeycloakServer node, String clientId, Answer answer) {
    OidcClient client = app(node, clientId);
    assertThat(client.userinfo(answer.accessToken()).status()).isEqualTo(401);
    assertThat(isActive(node, answer)).isFalse();
    Family.assertRefusedByKeycloak(client.refresh(answer.refreshToken()));
  }

  private static boolean isActive(KeycloakServer node, Answer answer) {
    return app(node, "demo-backend")
        .withSecret("demo-secret")
        .introspect(answer.accessToken())
        .orFail()
        .body()
        .path("active")
        .asBoolean();
  }

  private String[] lineage() {
    return cluster.lineage(userId);
  }

  private static long issuedAt(String[] lineage) {
    String offset = lineage[IAT_AFTER_MADE];
    return Long.parseLong(lineage[MADE_MS]) / 1_000
        + (offset.isEmpty() ? 0 : Long.parseLong(offset));
  }

  private String lastRotation() {
    return cluster
        .admin(another)
        .events("REFRESH_TOKEN")
        .get(0)
        .path("details")
        .path("rotation")
        .asText();
  }
}
