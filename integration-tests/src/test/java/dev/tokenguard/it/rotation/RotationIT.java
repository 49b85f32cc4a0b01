package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRefusedByKeycloak;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Parallel;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Rotation and reuse detection at the real token endpoint. */
class RotationIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient graceful =
      lab.clientWith("grace-period", "60", "grace-max-replays", "0");
  private final OidcClient strict = lab.clientWith("grace-period", "0");

  @Test
  void given_a_login_then_its_family_is_recorded_until_its_token_expires() {
    assertThat(strict.login(user.name(), "wrong").isOk()).isFalse();
    user.logIn(lab.client("demo-built-in"));
    assertThat(lab.stateOf(user)).as("a refused login, and a client without a policy").isEmpty();

    Answer login = user.logIn(strict);

    long lifespan = login.body().path("refresh_expires_in").asLong();
    assertThat(lab.stateOf(user)).hasSize(3);
    assertThat(lab.redisClient().ttl(lab.keyOf(user))).isBetween(lifespan, lifespan + 60);
  }

  @Test
  void given_one_refresh_after_the_other_then_each_is_the_next_generation_and_events_report_it() {
    Answer current = user.logIn(strict);
    String family = Jwt.claims(current.refreshToken()).path("jti").asText();
    for (long generation = 1; generation <= 3; generation++) {
      current = strict.refresh(current.refreshToken()).orFail();

      assertThat(generation(current)).isEqualTo(generation);
      assertThat(Tokens.family(current)).isEqualTo(family);
      assertActive(strict, current);
    }
    JsonNode details = lab.event("REFRESH_TOKEN", user).path("details");
    assertThat(details.path("rotation").asText()).isEqualTo("rotated");
    assertThat(details.path("refresh_token_family").asText()).isEqualTo(family);
    assertThat(details.path("refresh_token_generation").asText()).isEqualTo("2");
    assertThat(details.path("refresh_token_generation_issued").asText()).isEqualTo("3");
  }

  /** Keycloak's own reuse detection compares seconds. */
  @Test
  void given_five_generations_in_a_second_when_the_second_is_replayed_then_all_are_revoked() {
    Answer[] chain = new Answer[5];
    chain[0] = user.logIn(strict);
    for (int index = 1; index < chain.length; index++) {
      chain[index] = strict.refresh(chain[index - 1].refreshToken()).orFail();
    }
    assertThat(chain).allMatch(lab::isActive);

    assertRefused(strict.refresh(chain[1].refreshToken()));

    assertRefused(strict.refresh(chain[4].refreshToken()));
    assertRevoked(strict, chain);
    assertThat(chain).noneMatch(lab::isActive);
    assertThat(lab.events("REFRESH_TOKEN_ERROR", user))
        .filteredOn(event -> event.path("error").asText().equals("refresh_token_reused"))
        .singleElement()
        .satisfies(event -> assertHasWhatAnOperatorNeeds(event, chain[1]));
  }

  private void assertHasWhatAnOperatorNeeds(JsonNode event, Answer presented) {
    assertThat(event.path("clientId").asText()).isEqualTo(strict.clientId());
    assertThat(event.path("sessionId").asText()).isEqualTo(Tokens.session(presented));
    assertThat(event.path("ipAddress").asText()).isEqualTo("127.0.0.1");
    JsonNode details = event.path("details");
    assertThat(details.path("refresh_token_family").asText()).isEqualTo(Tokens.family(presented));
    assertThat(details.path("refresh_token_generation").asText()).isEqualTo("1");
    assertThat(details.path("refresh_token_generation_newest").asText()).isEqualTo("4");
    assertThat(details.path("reason").asText()).isEqualTo("older-generation");
  }

  @Test
  void given_grace_when_fifty_refresh_at_once_then_all_get_the_same_token() {
    Answer login = user.logIn(graceful);

    List<Answer> answers = Parallel.run(50, index -> graceful.refresh(login.refreshToken()));

    assertThat(answers).allMatch(Answer::isOk);
    Set<String> distinct = answers.stream().map(Answer::refreshToken).collect(Collectors.toSet());
    assertThat(distinct).hasSize(1);
    Answer next = graceful.refresh(distinct.iterator().next()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    assertThat(answers).allSatisfy(answer -> assertActive(graceful, answer));
  }

  @Test
  void given_no_grace_when_fifty_refresh_at_once_then_at_most_one_succeeds_and_all_is_revoked() {
    Answer login = user.logIn(strict);

    List<Answer> answers = Parallel.run(50, index -> strict.refresh(login.refreshToken()));

    List<Answer> granted = answers.stream().filter(Answer::isOk).toList();
    assertThat(granted).hasSizeLessThanOrEqualTo(1);
    assertThat(answers).filteredOn(answer -> !answer.isOk()).allSatisfy(Tokens::assertRefused);
    for (Answer answer : granted) {
      assertRefused(strict.refresh(answer.refreshToken()));
      assertRevoked(strict, answer);
    }
  }

  @Test
  void given_a_token_when_another_client_presents_it_then_the_family_stays_active() {
    Answer login = user.logIn(strict);
    Answer current = strict.refresh(login.refreshToken()).orFail();

    assertRefusedByKeycloak(graceful.refresh(current.refreshToken()));
    assertRefusedByKeycloak(graceful.refresh(login.refreshToken()));

    assertActive(strict, current);
    strict.refresh(current.refreshToken()).orFail();
  }

  @Test
  void given_a_logged_out_session_then_its_tokens_are_refused_and_no_reuse_is_reported() {
    Answer login = user.logIn(strict);
    Answer current = strict.refresh(login.refreshToken()).orFail();
    strict.logout(current.refreshToken()).orFail();
    Answer revoked = user.logIn(strict);
    strict.revoke(revoked.refreshToken()).orFail();

    for (Answer each : List.of(current, login, revoked)) {
      assertRefusedByKeycloak(strict.refresh(each.refreshToken()));
    }

    assertThat(lab.events("REFRESH_TOKEN_ERROR", user))
        .extracting(event -> event.path("error").asText())
        .doesNotContain("refresh_token_reused");
  }

  @Test
  void given_a_text_that_is_no_valid_token_then_the_answer_is_400_and_the_family_stays_active() {
    String token = user.logIn(strict).refreshToken();
    String cut = token.substring(0, token.length() - 10);
    String unsigned = "eyJhbGciOiJub25lIn0.eyJ0eXAiOiJSZWZyZXNoIn0.";
    List<String> invalid =
        List.of("garbage", "a.b.c", unsigned, "\u0000", "x".repeat(60_000), cut, token + token);

    assertThat(invalid).allMatch(text -> strict.refresh(text).status() == 400);

    strict.refresh(token).orFail();
  }
}
