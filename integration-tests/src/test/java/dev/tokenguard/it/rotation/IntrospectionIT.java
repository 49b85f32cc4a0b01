package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Introspection of refresh tokens (RFC 7662) answers what a refresh would. */
class IntrospectionIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.ownConfidentialClient("introspecting");

  @ParameterizedTest
  @ValueSource(strings = {"profile", "offline_access"})
  void given_a_family_then_the_newest_token_and_one_within_grace_are_active(String scope) {
    Answer login = user.logIn(client, scope);
    Answer next = client.refresh(login.refreshToken()).orFail();
    assertThat(isActive(login)).as("within grace").isTrue();
    Answer newest = client.refresh(next.refreshToken()).orFail();

    assertThat(isActive(newest)).isTrue();
    assertThat(isActive(login)).as("replaced").isFalse();

    // Introspection has changed nothing.
    client.refresh(newest.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
    assertThat(isActive(newest)).as("revoked").isFalse();
    assertThat(isActive(login)).as("revoked").isFalse();
  }

  @Test
  void given_a_client_that_needs_no_audience_then_the_answer_without_a_hint_is_the_same() {
    lab.admin()
        .setClientAttribute(
            client.clientId(), "client.introspection.without.audience.check", "true");
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();
    client.refresh(next.refreshToken()).orFail();

    assertThat(client.introspect(login.refreshToken()).orFail().body().path("active").asBoolean())
        .isFalse();
  }

  @Test
  void given_no_policy_any_more_then_a_revoked_token_is_inactive() {
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.admin()
        .delete("/token-guard/users/" + user.id() + "/families/" + Tokens.family(first))
        .orFail();
    lab.applyPolicyOf("none", client.clientId());

    assertThat(isActive(first)).isFalse();
  }

  @Test
  void given_no_redis_then_the_answer_is_that_of_keycloak() {
    Answer login = user.logIn(client);
    lab.disconnectRedis();
    try {
      assertThat(isActive(login)).isTrue();
    } finally {
      lab.reconnectRedis();
    }
  }

  private boolean isActive(Answer answer) {
    return client
        .introspectRefreshToken(answer.refreshToken())
        .orFail()
        .body()
        .path("active")
        .asBoolean();
  }
}
