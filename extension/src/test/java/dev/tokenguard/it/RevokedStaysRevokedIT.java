package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A revoked family is refused, whatever the policies say about the request at hand. */
class RevokedStaysRevokedIT extends LabTest {

  private static final AtomicInteger CLIENTS = new AtomicInteger();

  private final User user = lab.user();
  private final OidcClient client = ownClient();

  /** What an administrator changes after the revocation. */
  enum Change {
    NOTHING,
    NO_POLICY,
    OBSERVE,
    NO_REFRESH_TOKENS,
    NO_POLICY_AND_NO_REFRESH_TOKENS;

    void apply(String clientId) {
      if (this == NO_POLICY || this == NO_POLICY_AND_NO_REFRESH_TOKENS) {
        lab.applyPolicyOf("none", clientId);
      }
      if (this == OBSERVE) {
        lab.applyPolicyOf(lab.clientWith("mode", "observe").clientId(), clientId);
      }
      if (this == NO_REFRESH_TOKENS || this == NO_POLICY_AND_NO_REFRESH_TOKENS) {
        lab.admin().setClientAttribute(clientId, "use.refresh.tokens", "false");
      }
    }
  }

  private static OidcClient ownClient() {
    String id = "revoked-" + CLIENTS.incrementAndGet();
    lab.createClient(id, true);
    lab.setPolicyOf(id);
    return lab.client(id);
  }

  /** The other family uses the same client session, so Keycloak alone would accept the tokens. */
  @ParameterizedTest
  @EnumSource(Change.class)
  void given_a_reuse_when_the_policy_changes_then_the_family_stays_revoked(Change change) {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer login = browser.answer().orFail();
    Answer other = client.loginWithCode(browser.cookies()).answer().orFail();
    assertThat(Family.session(other)).isEqualTo(Family.session(login));
    Answer newest = reuse(login);

    change.apply(client.clientId());

    assertRefused(client.refresh(login.refreshToken()));
    assertRefused(client.refresh(newest.refreshToken()));
    assertDead(client, login);
    assertDead(client, newest);
    Answer goesOn = client.refresh(other.refreshToken()).orFail();
    assertAlive(client, goesOn);
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void given_an_offline_family_and_a_reuse_when_the_policy_changes_then_it_stays_revoked(
      Change change) {
    Answer login = user.logIn(client, "offline_access");
    Answer newest = reuse(login);

    change.apply(client.clientId());

    assertRefused(client.refresh(login.refreshToken()));
    assertRefused(client.refresh(newest.refreshToken()));
  }

  @Test
  void given_no_policy_any_more_then_tokens_keep_their_place_and_a_policy_goes_on_from_there() {
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.applyPolicyOf("none", client.clientId());

    Answer kept = client.refresh(first.refreshToken()).orFail();
    Answer keptAgain = client.refresh(kept.refreshToken()).orFail();

    assertThat(generation(keptAgain)).isEqualTo(1);
    assertThat(Family.id(keptAgain)).isEqualTo(Family.id(first));
    lab.applyPolicyOf(client.clientId(), client.clientId());
    Answer next = client.refresh(keptAgain.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    client.refresh(next.refreshToken()).orFail();
    assertRefused(client.refresh(first.refreshToken()));
    // What was issued without a policy belongs to the family, too.
    assertThat(lab.redisClient().exists("tg:at:" + idOf(kept), "tg:at:" + idOf(keptAgain)))
        .isEqualTo(2);
  }

  @Test
  void given_no_refresh_tokens_then_a_refresh_takes_no_step_and_its_access_token_is_named() {
    Answer login = user.logIn(client);
    lab.admin().setClientAttribute(client.clientId(), "use.refresh.tokens", "false");
    Answer without = client.refresh(login.refreshToken()).orFail();
    assertThat(without.body().has("refresh_token")).isFalse();
    lab.admin().setClientAttribute(client.clientId(), "use.refresh.tokens", "true");

    reuse(login);

    assertDead(client, without);
    assertThat(lab.redisClient().exists("tg:at:" + idOf(without))).isTrue();
  }

  @Test
  void given_redis_is_away_and_no_policy_then_the_refresh_is_served_and_keeps_its_lineage() {
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.applyPolicyOf("none", client.clientId());
    lab.redis().pause();
    Answer served;
    try {
      served = client.refresh(first.refreshToken()).orFail();
    } finally {
      lab.resumeRedis();
    }

    JsonNode claims = Jwt.claims(served.refreshToken());
    assertThat(claims.path("rtf").asText()).isEqualTo(Family.id(first));
    assertThat(claims.path("rtg").asLong()).isEqualTo(1);
  }

  @Test
  void given_the_only_family_of_a_client_session_when_revoked_then_keycloak_terminates_that() {
    Answer login = user.logIn(client);
    reuse(login);

    assertThat(clientsInSession(login)).doesNotContain(client.clientId());
    // The user stays logged in at Keycloak.
    assertThat(lab.admin().get("/users/" + user.id() + "/sessions").orFail().body()).hasSize(1);
  }

  @Test
  void given_another_family_in_the_client_session_when_one_is_revoked_then_that_stays() {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer other = client.loginWithCode(browser.cookies()).answer().orFail();

    reuse(browser.answer());

    assertThat(clientsInSession(other)).contains(client.clientId());
    client.refresh(other.refreshToken()).orFail();
  }

  @Test
  void given_an_administrator_revokes_the_only_family_then_its_client_session_is_terminated() {
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();

    lab.admin()
        .delete("/token-guard/users/" + user.id() + "/families/" + Family.id(first))
        .orFail();

    assertThat(clientsInSession(first)).doesNotContain(client.clientId());
    assertRefused(client.refresh(first.refreshToken()));
  }

  /** Replays a token that is more than one generation old; gives the newest answer. */
  private Answer reuse(Answer login) {
    Answer next = client.refresh(login.refreshToken()).orFail();
    Answer newest = client.refresh(next.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
    return newest;
  }

  private String clientsInSession(Answer answer) {
    for (JsonNode each : lab.admin().get("/users/" + user.id() + "/sessions").orFail().body()) {
      if (each.path("id").asText().equals(Family.session(answer))) {
        return each.path("clients").toString();
      }
    }
    return "";
  }

  private static String idOf(Answer answer) {
    return Jwt.claims(answer.accessToken()).path("jti").asText();
  }
}
