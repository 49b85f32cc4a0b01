package dev.tokenguard.it.install;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.Keycloak;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/** What holds for the realm of the demo on any server, however it was started. */
abstract class ServerContract {

  private String user;
  private OidcClient client;
  private Answer login;

  abstract Keycloak keycloak();

  abstract RedisClient redis();

  @BeforeEach
  void logIn() {
    user = "contract-" + UUID.randomUUID();
    keycloak().admin(Lab.REALM).createUser(user, Lab.PASSWORD);
    client = client("demo-spa");
    login = client.login(user, Lab.PASSWORD).orFail();
  }

  @Test
  void given_a_double_submit_then_both_get_the_same_token() {
    Answer one = client.refresh(login.refreshToken()).orFail();
    Answer other = client.refresh(login.refreshToken()).orFail();

    assertThat(other.refreshToken()).isEqualTo(one.refreshToken());
    assertThat(generation(one)).isEqualTo(1);
    assertActive(client, one, other);
    assertThat(generation(client.refresh(other.refreshToken()).orFail())).isEqualTo(2);
  }

  @Test
  void given_a_reuse_then_the_whole_family_is_revoked() {
    Answer second = client.refresh(login.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();

    assertRefused(client.refresh(login.refreshToken()));

    assertRefused(client.refresh(third.refreshToken()));
    assertRevoked(client, third);
    assertThat(List.of(login, second, third))
        .extracting(answer -> verdict(Tokens.claims(answer)))
        .containsOnly(new Revoked(Scope.TOKEN, "reused"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo-spa", "demo-built-in"})
  void given_a_logout_with_a_policy_or_without_then_a_resource_server_refuses_the_access_token(
      String clientId) {
    OidcClient app = client(clientId);
    Answer one = app.login(user, Lab.PASSWORD).orFail();
    Answer other = app.login(user, Lab.PASSWORD).orFail();
    assertThat(verdict(Tokens.claims(one)).isAccepted()).isTrue();

    app.logout(one.refreshToken()).orFail();

    assertThat(verdict(Tokens.claims(one)).isAccepted()).isFalse();
    // As for a token with a pairwise subject, which is not the user's id.
    TokenClaims sessionOnly = TokenClaims.of(Map.of("sid", Tokens.session(one)));
    assertThat(verdict(sessionOnly)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
    assertThat(verdict(Tokens.claims(other)).isAccepted()).isTrue();
  }

  private OidcClient client(String id) {
    return OidcClient.of(keycloak().baseUri(), Lab.REALM, id);
  }

  /** Of a resource server that reads Redis only. */
  private Verdict verdict(TokenClaims claims) {
    return RevocationChecker.of(
            keys -> redis().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE)
        .check(claims);
  }
}
