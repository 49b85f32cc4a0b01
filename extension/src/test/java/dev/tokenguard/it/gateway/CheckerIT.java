package dev.tokenguard.it.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Alive;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scope and the reason that a resource server gets which never asks Keycloak. */
class CheckerIT extends LabTest {

  private final RevocationChecker checker =
      RevocationChecker.of(
          keys -> lab.redisClient().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "0");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void given_a_logout_then_the_session_is_revoked_with_a_policy_and_without(boolean hasPolicy) {
    OidcClient app = hasPolicy ? client : lab.client("demo-stock");
    Answer login = user.logIn(app);
    Answer other = user.logIn(app);
    assertThat(verdict(login)).isEqualTo(new Alive());

    app.logout(login.refreshToken()).orFail();

    assertThat(verdict(login).isAccepted()).isFalse();
    assertThat(sessionAlone(login)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
    assertThat(verdict(other)).isEqualTo(new Alive());
  }

  @Test
  void given_a_revoked_access_token_then_it_alone_is_revoked() {
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();

    client.revoke(login.accessToken()).orFail();

    assertThat(verdict(login)).isEqualTo(new Revoked(Scope.TOKEN, "revoked"));
    assertThat(verdict(next)).isEqualTo(new Alive());
  }

  @Test
  void given_a_reuse_then_the_access_tokens_of_all_generations_are_revoked() {
    Answer first = user.logIn(client);
    Answer second = client.refresh(first.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();

    client.refresh(first.refreshToken());

    assertThat(List.of(first, second, third))
        .extracting(this::verdict)
        .containsOnly(new Revoked(Scope.TOKEN, "reused"));
  }

  @Test
  void given_a_logout_by_an_administrator_then_all_is_revoked_and_the_next_login_active() {
    List<Answer> logins = List.of(user.logIn(client), user.logIn(lab.client("demo-stock")));

    lab.admin().logoutUser(user.id()).orFail();

    assertThat(logins).noneMatch(it -> verdict(it).isAccepted());
    assertThat(logins).noneMatch(it -> sessionAlone(it).isAccepted());
    assertThat(verdict(user.logIn(client))).isEqualTo(new Alive());
  }

  /** As it is for a token with a pairwise subject, which is not the user's id. */
  private Verdict sessionAlone(Answer answer) {
    return checker.check(TokenClaims.of(Map.of("sid", Tokens.session(answer))));
  }

  private Verdict verdict(Answer answer) {
    return checker.check(Tokens.claims(answer));
  }
}
