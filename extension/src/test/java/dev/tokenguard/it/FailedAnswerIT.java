package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Redis has granted a refresh, and then Keycloak fails: the client's retry is no reuse. */
class FailedAnswerIT extends LabTest {

  private static final Map<String, String> ENCRYPTED_FOR_NOBODY =
      Map.of(
          "id.token.encrypted.response.alg", "RSA-OAEP",
          "id.token.encrypted.response.enc", "A256GCM",
          "use.jwks.url", "true",
          "jwks.url", "http://127.0.0.1:9/jwks");

  private final User user = lab.user();

  @Test
  void given_an_answer_that_cannot_be_built_and_no_grace_then_the_retry_gets_the_child() {
    OidcClient client = client("failing");
    Answer login = user.logIn(client);
    Map<String, String> before = lab.stateOf(user);
    set(client, ENCRYPTED_FOR_NOBODY);
    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(500);
    assertThat(lab.stateOf(user)).as("Redis had granted it").isNotEqualTo(before);
    set(client, off());

    Answer retried = client.refresh(login.refreshToken()).orFail();

    assertThat(generation(retried)).isEqualTo(1);
    client.refresh(retried.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
  }

  @Test
  void given_the_child_was_answered_before_when_another_attempt_fails_then_it_excuses_nothing() {
    OidcClient client = client("failing-later");
    Answer login = user.logIn(client);
    client.refresh(login.refreshToken()).orFail();
    set(client, ENCRYPTED_FOR_NOBODY);

    // A thief's request is refused before anything could fail, and remembered as no excuse.
    assertRefused(client.refresh(login.refreshToken()));
    set(client, off());
    assertRefused(client.refresh(login.refreshToken()));
  }

  private static OidcClient client(String id) {
    lab.createClient(id, true);
    lab.applyPolicyOf(lab.clientWith("grace-period", "0").clientId(), id);
    return lab.client(id);
  }

  private static Map<String, String> off() {
    return Map.of(
        "id.token.encrypted.response.alg", "",
        "id.token.encrypted.response.enc", "",
        "use.jwks.url", "false",
        "jwks.url", "");
  }

  private static void set(OidcClient client, Map<String, String> attributes) {
    attributes.forEach(
        (name, value) -> lab.admin().setClientAttribute(client.clientId(), name, value));
  }
}
