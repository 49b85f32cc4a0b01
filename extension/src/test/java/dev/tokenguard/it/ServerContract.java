package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.Keycloak;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** What the realm of the demo promises on any server, however it was started. */
abstract class ServerContract {

  private static final String REALM = "demo";
  private static final String PASSWORD = "contract";

  private OidcClient client;
  private Answer login;

  abstract Keycloak keycloak();

  abstract RedisClient redis();

  @BeforeEach
  void logIn() {
    String user = "contract-" + UUID.randomUUID();
    keycloak().admin(REALM).createUser(user, PASSWORD);
    client = OidcClient.of(keycloak().baseUri(), REALM, "demo-spa");
    login = client.login(user, PASSWORD).orFail();
  }

  @Test
  void given_a_double_submit_then_both_get_the_same_token() {
    Answer one = client.refresh(login.refreshToken()).orFail();
    Answer other = client.refresh(login.refreshToken()).orFail();

    assertThat(other.refreshToken()).isEqualTo(one.refreshToken());
    assertThat(generation(one)).isEqualTo(1);
    assertAlive(client, other);
  }

  @Test
  void given_a_replay_then_the_whole_family_is_dead() {
    Answer second = client.refresh(login.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();

    assertRefused(client.refresh(login.refreshToken()));

    assertRefused(client.refresh(third.refreshToken()));
    assertDead(client, third);
    assertThat(verdict(third).isAccepted()).isFalse();
  }

  @Test
  void given_a_logout_then_the_checker_refuses_the_access_token() {
    assertThat(verdict(login)).isEqualTo(new Verdict.Alive());

    client.logout(login.refreshToken()).orFail();

    assertThat(verdict(login).isAccepted()).isFalse();
  }

  private Verdict verdict(Answer answer) {
    RevocationChecker checker =
        RevocationChecker.of(
            keys -> redis().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE);
    Map<String, Object> claims =
        new ObjectMapper().convertValue(Jwt.claims(answer.accessToken()), new TypeReference<>() {});
    return checker.check(TokenClaims.of(claims));
  }
}
