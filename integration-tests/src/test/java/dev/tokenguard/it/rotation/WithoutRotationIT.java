package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.accessTokenId;
import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A policy that returns the presented token, as the FAPI 2.0 Security Profile requires. */
class WithoutRotationIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("rotation", "off");

  @Test
  void given_no_rotation_when_a_token_is_refreshed_then_it_is_returned_byte_for_byte() {
    Answer login = user.logIn(client);
    List<Answer> answers = new ArrayList<>(List.of(login));
    for (int refresh = 0; refresh < 3; refresh++) {
      Lab.awaitNextSecond();
      Answer next = client.refresh(login.refreshToken()).orFail();
      assertThat(next.refreshToken()).isEqualTo(login.refreshToken());
      answers.add(next);
    }
    assertThat(answers).extracting(answer -> accessTokenId(answer)).doesNotHaveDuplicates();
    assertThat(lab.event("REFRESH_TOKEN", user).at("/details/rotation").asText()).isEqualTo("kept");

    client.revoke(login.refreshToken()).orFail();

    assertRevoked(client, answers.toArray(Answer[]::new));
    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(400);
  }

  /** The token has no successor with a later exp; Keycloak checks the idle time of the session. */
  @Test
  void given_no_rotation_then_the_token_is_valid_as_long_as_the_session_can_be() {
    Map<String, ?> idleSoon = Map.of("attributes", Map.of("client.session.idle.timeout", "600"));
    OidcClient rotating = lab.newClientWith(lab.uniqueId("idle"), idleSoon, "rotation", "on");
    OidcClient lasting = lab.newClientWith(lab.uniqueId("idle"), idleSoon, "rotation", "off");
    assertThat(lifespan(user.logIn(rotating))).isEqualTo(600);

    long lifespan = lifespan(user.logIn(lasting));

    assertThat(lifespan).isGreaterThan(86_400);
    assertThat(lab.redisClient().ttl(lab.keyOf(user))).isGreaterThanOrEqualTo(lifespan);
  }

  private static long lifespan(Answer answer) {
    return Jwt.claims(answer.refreshToken()).path("exp").asLong()
        - Jwt.claims(answer.refreshToken()).path("iat").asLong();
  }

  @Test
  void given_no_rotation_when_the_user_logs_out_then_the_token_is_refused() {
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();

    lab.admin().logoutUser(user.id()).orFail();

    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(400);
    assertRevoked(client, login);
  }

  @Test
  void given_a_token_that_was_rotated_before_then_its_replay_is_a_reuse() {
    OidcClient rotating = lab.newClientWith(lab.uniqueId("off-later"), Map.of(), "mode", "enforce");
    Answer login = user.logIn(rotating);
    Answer next = rotating.refresh(login.refreshToken()).orFail();
    lab.applyPolicyOf(client.clientId(), rotating.clientId());
    lab.age(user, Duration.ofSeconds(60));

    assertThat(rotating.refresh(next.refreshToken()).orFail().refreshToken())
        .isEqualTo(next.refreshToken());
    assertRefused(rotating.refresh(login.refreshToken()));
    assertRefused(rotating.refresh(next.refreshToken()));
  }

  /** Keycloak's executor removes the rotated token from the response, after the decision. */
  @Test
  void given_keycloaks_executor_that_suppresses_rotation_then_the_next_refresh_is_no_reuse() {
    String id = lab.uniqueId("suppressed");
    OidcClient suppressed = lab.newClientWith(id, Map.of(), "grace-period", "0");
    lab.addExecutor(
        id, Map.of("executor", "suppress-refresh-token-rotation", "configuration", Map.of()));
    Answer login = user.logIn(suppressed);

    for (int refresh = 0; refresh < 3; refresh++) {
      Answer next = suppressed.refresh(login.refreshToken()).orFail();
      assertThat(next.body().has("refresh_token")).isFalse();
      assertActive(suppressed, next);
    }

    assertThat(lab.refreshTokenInfo().path("clients-with-suppressed-rotation").asText())
        .contains(id);
  }
}
