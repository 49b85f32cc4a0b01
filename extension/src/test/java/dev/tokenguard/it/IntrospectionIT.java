package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Introspection of refresh tokens (RFC 7662) says what a refresh would. */
class IntrospectionIT extends LabTest {

  private final User user = lab.user();

  private static OidcClient client(String id) {
    lab.createClient(id, false);
    lab.setPolicyOf(id);
    return lab.client(id).withSecret("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"profile", "offline_access"})
  void given_a_lineage_then_the_newest_token_and_one_within_grace_are_active(String scope) {
    OidcClient client = client("introspected-" + scope);
    Answer login = user.logIn(client, scope);
    Answer next = client.refresh(login.refreshToken()).orFail();
    assertThat(isActive(client, login)).as("within grace").isTrue();
    Answer newest = client.refresh(next.refreshToken()).orFail();

    assertThat(isActive(client, newest)).isTrue();
    assertThat(isActive(client, login)).as("replaced").isFalse();

    // The question changed nothing.
    client.refresh(newest.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
    assertThat(isActive(client, newest)).as("revoked").isFalse();
    assertThat(isActive(client, login)).as("revoked").isFalse();
  }

  @Test
  void given_a_client_that_needs_no_audience_then_the_answer_without_a_hint_is_the_same() {
    OidcClient client = client("introspected-without-hint");
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
    OidcClient client = client("introspected-without-policy");
    Answer login = user.logIn(client);
    Answer first = client.refresh(login.refreshToken()).orFail();
    lab.admin()
        .delete("/token-guard/users/" + user.id() + "/families/" + Family.id(first))
        .orFail();
    lab.applyPolicyOf("none", client.clientId());

    assertThat(isActive(client, first)).isFalse();
  }

  @Test
  void given_redis_is_away_then_the_answer_is_that_of_keycloak() {
    OidcClient client = client("introspected-in-an-outage");
    Answer login = user.logIn(client);
    lab.redis().pause();
    try {
      assertThat(isActive(client, login)).isTrue();
    } finally {
      lab.resumeRedis();
    }
  }

  private static boolean isActive(OidcClient client, Answer answer) {
    return client
        .introspectRefreshToken(answer.refreshToken())
        .orFail()
        .body()
        .path("active")
        .asBoolean();
  }
}
