package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Redis has granted a refresh, and then Keycloak fails: the client's retry is no reuse. */
class FailedAnswerIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.ownClient("failing");

  @Test
  void given_an_answer_that_cannot_be_built_and_no_grace_then_the_retry_gets_the_token() {
    lab.applyPolicyOf(lab.clientWith("grace-period", "0").clientId(), client.clientId());
    Answer login = user.logIn(client);
    Map<String, String> before = lab.stateOf(user);
    letAnswersFail(true);
    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(500);
    assertThat(lab.stateOf(user)).as("Redis has granted it").isNotEqualTo(before);
    letAnswersFail(false);

    Answer retried = client.refresh(login.refreshToken()).orFail();

    assertThat(generation(retried)).isEqualTo(1);
    client.refresh(retried.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
  }

  @Test
  void given_the_token_was_answered_before_when_a_later_attempt_fails_then_a_replay_is_a_reuse() {
    lab.applyPolicyOf(lab.clientWith("grace-period", "0").clientId(), client.clientId());
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();
    letAnswersFail(true);

    assertRefused(client.refresh(login.refreshToken()));
    letAnswersFail(false);
    assertRefused(client.refresh(login.refreshToken()));
  }

  /** By ID tokens that are to be encrypted with a key that cannot be read. */
  private void letAnswersFail(boolean isFailing) {
    Map<String, String> attributes =
        Map.of(
            "id.token.encrypted.response.alg", isFailing ? "RSA-OAEP" : "",
            "id.token.encrypted.response.enc", isFailing ? "A256GCM" : "",
            "use.jwks.url", Boolean.toString(isFailing),
            "jwks.url", isFailing ? "http://127.0.0.1:9/jwks" : "");
    attributes.forEach(
        (name, value) -> lab.admin().setClientAttribute(client.clientId(), name, value));
  }
}
