package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Alive;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a resource server sees that never asks Keycloak. */
class CheckerIT extends LabTest {

  private final RevocationChecker checker =
      RevocationChecker.of(
          keys -> lab.redisClient().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "0");

  @Test
  void given_a_login_and_a_refresh_then_both_access_tokens_are_alive() {
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();

    assertThat(verdict(login)).isEqualTo(new Alive());
    assertThat(verdict(next)).isEqualTo(new Alive());
  }

  @Test
  void given_a_logout_then_the_session_is_dead_and_another_one_is_alive() {
    Answer login = user.logIn(client);
    Answer other = user.logIn(client);

    client.logout(login.refreshToken()).orFail();

    assertThat(verdict(login).isAccepted()).isFalse();
    assertThat(sessionAlone(login)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
    assertThat(verdict(other)).isEqualTo(new Alive());
    assertThat(lab.redisClient().ttl("tg:sid:" + Family.session(login))).isPositive();
  }

  @Test
  void given_a_logout_from_a_client_without_a_policy_then_its_session_is_dead_too() {
    OidcClient stock = lab.client("demo-stock");
    Answer login = user.logIn(stock);

    stock.logout(login.refreshToken()).orFail();

    assertThat(verdict(login).isAccepted()).isFalse();
    assertThat(sessionAlone(login)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
  }

  @Test
  void given_a_revoked_access_token_then_it_alone_is_dead() {
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();

    client.revoke(login.accessToken()).orFail();

    assertThat(verdict(login)).isEqualTo(new Revoked(Scope.TOKEN, "revoked"));
    assertThat(verdict(next)).isEqualTo(new Alive());
  }

  @Test
  void given_a_reuse_then_the_access_tokens_of_all_generations_are_dead() {
    Answer first = user.logIn(client);
    Answer second = client.refresh(first.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();

    client.refresh(first.refreshToken());

    for (Answer answer : List.of(first, second, third)) {
      assertThat(verdict(answer)).isEqualTo(new Revoked(Scope.TOKEN, "reused"));
    }
  }

  @Test
  void given_a_logout_of_the_user_by_an_administrator_then_all_is_dead_and_a_new_login_alive() {
    Answer one = user.logIn(client);
    Answer other = user.logIn(lab.client("demo-stock"));

    lab.admin().logoutUser(user.id()).orFail();

    for (Answer answer : List.of(one, other)) {
      assertThat(verdict(answer).isAccepted()).isFalse();
      assertThat(sessionAlone(answer).isAccepted()).isFalse();
    }
    assertThat(verdict(user.logIn(client))).isEqualTo(new Alive());
  }

  /** As it is for a token with a pairwise subject, which is not the user's id. */
  private Verdict sessionAlone(Answer answer) {
    return checker.check(TokenClaims.of(Map.of("sid", Family.session(answer))));
  }

  private Verdict verdict(Answer answer) {
    Map<String, Object> claims =
        new ObjectMapper().convertValue(Jwt.claims(answer.accessToken()), new TypeReference<>() {});
    return checker.check(TokenClaims.of(claims));
  }
}
