package dev.tokenguard.it.install;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.Keycloak;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** What holds for the realm of the demo on any server, however it was started. */
abstract class ServerContract {

  private OidcClient client;
  private Answer login;

  abstract Keycloak keycloak();

  abstract RedisClient redis();

  @BeforeEach
  void logIn() {
    String user = "contract-" + UUID.randomUUID();
    keycloak().admin(Lab.REALM).createUser(user, Lab.PASSWORD);
    client = OidcClient.of(keycloak().baseUri(), Lab.REALM, "demo-spa");
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
    assertThat(isAccepted(third)).isFalse();
  }

  @Test
  void given_a_logout_then_a_resource_server_refuses_the_access_token() {
    assertThat(isAccepted(login)).isTrue();

    client.logout(login.refreshToken()).orFail();

    assertThat(isAccepted(login)).isFalse();
  }

  private boolean isAccepted(Answer answer) {
    return RevocationChecker.of(
            keys -> redis().mget(keys.toArray(String[]::new)), WhenUnavailable.REFUSE)
        .check(Tokens.claims(answer))
        .isAccepted();
  }
}
