package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.assertRefusedByKeycloak;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lineage at the real token endpoint. */
class RotationIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient forgiving =
      lab.clientWith("grace-period", "60", "grace-max-replays", "0");
  private final OidcClient strict = lab.clientWith("grace-period", "0");

  @Test
  void given_a_login_then_its_family_is_known_until_its_token_has_expired() {
    Answer login = user.logIn(strict);

    long lifespan = login.body().path("refresh_expires_in").asLong();
    assertThat(lab.stateOf(user)).hasSize(3);
    assertThat(lab.redisClient().ttl(lab.keyOf(user))).isBetween(lifespan, lifespan + 60);
  }

  @Test
  void given_a_refused_login_then_nothing_is_written_to_redis() {
    assertThat(strict.login(user.name(), "wrong").isOk()).isFalse();

    assertThat(lab.stateOf(user)).isEmpty();
  }

  @Test
  void given_a_client_without_a_policy_then_its_logins_are_not_written_to_redis() {
    user.logIn(lab.client("demo-stock"));

    assertThat(lab.stateOf(user)).isEmpty();
  }

  @Test
  void given_a_login_that_redis_does_not_know_then_its_first_refresh_starts_the_family() {
    Answer login = user.logIn(strict);
    lab.redisClient().del(lab.keyOf(user));
    Answer next = strict.refresh(login.refreshToken()).orFail();

    JsonNode details = lab.events("REFRESH_TOKEN", user).get(0).path("details");

    assertThat(details.path("rotation").asText()).isEqualTo("started");
    assertRefused(strict.refresh(login.refreshToken()));
    assertDead(strict, login);
    assertDead(strict, next);
  }

  @Test
  void given_a_straight_client_then_each_refresh_counts_one_generation() {
    Answer current = user.logIn(strict);
    String family = Family.id(current);
    for (long generation = 1; generation <= 5; generation++) {
      current = strict.refresh(current.refreshToken()).orFail();

      assertThat(generation(current)).isEqualTo(generation);
      assertThat(Family.id(current)).isEqualTo(family);
      assertAlive(strict, current);
    }
  }

  @Test
  void given_three_generations_in_one_second_when_the_first_comes_back_then_all_are_dead() {
    Answer first = user.logIn(strict);
    Answer second = strict.refresh(first.refreshToken()).orFail();
    Answer third = strict.refresh(second.refreshToken()).orFail();
    assertThat(introspected(first)).isTrue();
    assertThat(introspected(third)).isTrue();

    assertRefused(strict.refresh(first.refreshToken()));

    assertRefused(strict.refresh(third.refreshToken()));
    for (Answer answer : List.of(first, second, third)) {
      assertDead(strict, answer);
      assertThat(introspected(answer)).isFalse();
    }
  }

  @Test
  void given_grace_when_an_older_generation_comes_back_then_it_is_a_reuse_all_the_same() {
    Answer first = user.logIn(forgiving);
    Answer second = forgiving.refresh(first.refreshToken()).orFail();
    Answer third = forgiving.refresh(second.refreshToken()).orFail();

    assertRefused(forgiving.refresh(first.refreshToken()));

    assertRefused(forgiving.refresh(third.refreshToken()));
    assertDead(forgiving, third);
  }

  @Test
  void given_a_long_chain_when_a_middle_generation_comes_back_then_every_access_token_dies() {
    Answer[] chain = new Answer[8];
    chain[0] = user.logIn(strict);
    for (int index = 1; index < chain.length; index++) {
      chain[index] = strict.refresh(chain[index - 1].refreshToken()).orFail();
    }

    assertRefused(strict.refresh(chain[3].refreshToken()));

    for (Answer answer : chain) {
      assertDead(strict, answer);
    }
  }

  @Test
  void given_grace_when_fifty_refresh_at_once_then_all_get_one_and_the_same_token() {
    Answer login = user.logIn(forgiving);

    List<Answer> answers = Parallel.run(50, index -> forgiving.refresh(login.refreshToken()));

    assertThat(answers).allMatch(Answer::isOk);
    Set<String> distinct = answers.stream().map(Answer::refreshToken).collect(Collectors.toSet());
    assertThat(distinct).hasSize(1);
    Answer next = forgiving.refresh(distinct.iterator().next()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertThat(answers).allSatisfy(answer -> assertAlive(forgiving, answer));
  }

  @Test
  void given_no_grace_when_fifty_refresh_at_once_then_at_most_one_succeeds_and_the_family_dies() {
    Answer login = user.logIn(strict);

    List<Answer> answers = Parallel.run(50, index -> strict.refresh(login.refreshToken()));

    List<Answer> granted = answers.stream().filter(Answer::isOk).toList();
    assertThat(granted).hasSizeLessThanOrEqualTo(1);
    assertThat(answers).filteredOn(answer -> !answer.isOk()).allSatisfy(Family::assertRefused);
    for (Answer answer : granted) {
      assertRefused(strict.refresh(answer.refreshToken()));
      assertDead(strict, answer);
    }
  }

  @Test
  void given_a_lost_answer_when_the_client_retries_then_it_gets_the_same_token_and_goes_on() {
    Answer login = user.logIn(forgiving);
    Answer lost = forgiving.refresh(login.refreshToken()).orFail();

    Answer retried = forgiving.refresh(login.refreshToken()).orFail();

    assertThat(retried.refreshToken()).isEqualTo(lost.refreshToken());
    Answer next = forgiving.refresh(retried.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertAlive(forgiving, lost);
    assertAlive(forgiving, retried);
  }

  @Test
  void given_another_login_at_the_same_client_when_one_family_dies_then_the_other_lives() {
    Answer stolen = user.logIn(strict);
    Answer other = user.logIn(strict);
    strict.refresh(stolen.refreshToken()).orFail();
    Answer otherNext = strict.refresh(other.refreshToken()).orFail();

    assertRefused(strict.refresh(stolen.refreshToken()));

    assertAlive(strict, other);
    strict.refresh(otherNext.refreshToken()).orFail();
  }

  @Test
  void given_two_tabs_in_one_session_when_one_family_dies_then_the_other_lives() {
    var browser = strict.loginWithCode(user.name(), Lab.PASSWORD);
    Answer oneTab = browser.answer().orFail();
    Answer otherTab = strict.loginWithCode(browser.cookies()).answer().orFail();
    assertThat(Family.session(otherTab)).isEqualTo(Family.session(oneTab));
    strict.refresh(otherTab.refreshToken()).orFail();

    assertRefused(strict.refresh(otherTab.refreshToken()));

    assertDead(strict, otherTab);
    assertAlive(strict, oneTab);
    strict.refresh(oneTab.refreshToken()).orFail();
  }

  @Test
  void given_a_token_when_another_client_presents_it_then_nobody_is_harmed() {
    Answer login = user.logIn(strict);
    Answer current = strict.refresh(login.refreshToken()).orFail();

    assertRefusedByKeycloak(forgiving.refresh(current.refreshToken()));
    assertRefusedByKeycloak(forgiving.refresh(login.refreshToken()));

    assertAlive(strict, current);
    strict.refresh(current.refreshToken()).orFail();
  }

  @Test
  void given_a_logged_out_session_then_its_token_is_refused_without_an_alarm() {
    Answer login = user.logIn(strict);
    Answer current = strict.refresh(login.refreshToken()).orFail();
    strict.logout(current.refreshToken()).orFail();
    Answer revoked = user.logIn(strict);
    strict.revoke(revoked.refreshToken()).orFail();

    assertRefusedByKeycloak(strict.refresh(current.refreshToken()));
    assertRefusedByKeycloak(strict.refresh(login.refreshToken()));
    assertRefusedByKeycloak(strict.refresh(revoked.refreshToken()));

    assertThat(lab.events("REFRESH_TOKEN_ERROR", user))
        .extracting(event -> event.path("error").asText())
        .doesNotContain("refresh_token_reused");
  }

  static List<String> garbage() {
    return List.of(
        "garbage",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJ0eXAiOiJSZWZyZXNoIn0.",
        "\u0000",
        "ünïcödé",
        "x".repeat(60_000));
  }

  @ParameterizedTest
  @MethodSource("garbage")
  void given_something_that_is_no_token_then_the_answer_is_400(String garbage) {
    assertThat(strict.refresh(garbage).status()).isEqualTo(400);
  }

  @Test
  void given_a_damaged_token_then_the_answer_is_400_and_the_family_is_unharmed() {
    Answer login = user.logIn(strict);
    String token = login.refreshToken();
    int middle = token.length() / 2;
    char flipped = token.charAt(middle) == 'A' ? 'B' : 'A';

    for (String damaged :
        List.of(
            token.substring(0, token.length() - 10),
            token.substring(0, middle),
            token.substring(0, middle) + flipped + token.substring(middle + 1),
            token + token)) {
      assertThat(strict.refresh(damaged).status()).isEqualTo(400);
    }

    strict.refresh(token).orFail();
  }

  @Test
  void given_a_reuse_then_the_event_names_everything_an_operator_needs() {
    Answer login = user.logIn(strict);
    Answer current = strict.refresh(login.refreshToken()).orFail();
    strict.refresh(login.refreshToken());

    JsonNode event = lab.events("REFRESH_TOKEN_ERROR", user).get(0);

    assertThat(event.path("error").asText()).isEqualTo("refresh_token_reused");
    assertThat(event.path("clientId").asText()).isEqualTo(strict.clientId());
    assertThat(event.path("sessionId").asText()).isEqualTo(Family.session(login));
    assertThat(event.path("ipAddress").asText()).isEqualTo("127.0.0.1");
    JsonNode details = event.path("details");
    assertThat(details.path("refresh_token_family").asText()).isEqualTo(Family.id(current));
    assertThat(details.path("refresh_token_generation").asText()).isEqualTo("0");
    assertThat(details.path("refresh_token_generation_newest").asText()).isEqualTo("1");
    assertThat(details.path("reason").asText()).isEqualTo("grace-period-over");
  }

  @Test
  void given_a_refresh_then_the_event_tells_the_place_in_the_lineage() {
    Answer login = user.logIn(strict);
    strict.refresh(login.refreshToken()).orFail();

    JsonNode details = lab.events("REFRESH_TOKEN", user).get(0).path("details");

    assertThat(details.path("rotation").asText()).isEqualTo("rotated");
    assertThat(details.path("refresh_token_family").asText())
        .isEqualTo(Jwt.claims(login.refreshToken()).path("jti").asText());
    assertThat(details.path("refresh_token_generation").asText()).isEqualTo("0");
    assertThat(details.path("refresh_token_generation_issued").asText()).isEqualTo("1");
  }

  private static boolean introspected(Answer answer) {
    return lab.client("demo-backend")
        .withSecret("demo-secret")
        .introspect(answer.accessToken())
        .body()
        .path("active")
        .asBoolean();
  }
}
