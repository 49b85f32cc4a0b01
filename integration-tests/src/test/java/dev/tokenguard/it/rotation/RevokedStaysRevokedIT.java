package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static dev.tokenguard.it.Tokens.reuse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A revoked family is refused, even if no policy applies to the request any more. */
class RevokedStaysRevokedIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.ownClient("revoked");

  /** What an administrator changes after the revocation. */
  enum Change {
    NOTHING,
    NO_POLICY,
    OBSERVE,
    NO_REFRESH_TOKENS,
    NO_POLICY_AND_NO_REFRESH_TOKENS;

    void apply(String clientId) {
      if (name().startsWith("NO_POLICY")) {
        lab.applyPolicyOf("none", clientId);
      }
      if (this == OBSERVE) {
        lab.applyPolicyOf(lab.clientWith("mode", "observe").clientId(), clientId);
      }
      if (name().endsWith("NO_REFRESH_TOKENS")) {
        lab.admin().setClientAttribute(clientId, "use.refresh.tokens", "false");
      }
    }
  }

  /** The other family uses the same client session, so Keycloak alone would accept the tokens. */
  @ParameterizedTest
  @EnumSource(Change.class)
  void given_a_reuse_when_the_policy_changes_then_the_families_stay_revoked(Change change) {
    CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
    Answer login = browser.answer().orFail();
    Answer other = client.loginWithCode(browser.cookies()).answer().orFail();
    assertThat(Tokens.session(other)).isEqualTo(Tokens.session(login));
    Answer newest = reuse(client, login);
    Answer offline = user.logIn(client, "offline_access");
    Answer newestOffline = reuse(client, offline);

    change.apply(client.clientId());

    for (Answer each : new Answer[] {login, newest, offline, newestOffline}) {
      assertRefused(client.refresh(each.refreshToken()));
    }
    assertRevoked(client, login, newest);
    assertActive(client, client.refresh(other.refreshToken()).orFail());
    assertThat(clientsInSession(other)).contains(client.clientId());
  }

  @Test
  void given_no_policy_any_more_then_tokens_keep_their_generation_and_a_new_policy_continues() {
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.applyPolicyOf("none", client.clientId());

    Answer kept = client.refresh(first.refreshToken()).orFail();
    Answer keptAgain = client.refresh(kept.refreshToken()).orFail();

    assertThat(generation(keptAgain)).isEqualTo(1);
    assertThat(Tokens.family(keptAgain)).isEqualTo(Tokens.family(first));
    lab.applyPolicyOf(client.clientId(), client.clientId());
    Answer next = client.refresh(keptAgain.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(2);
    client.refresh(next.refreshToken()).orFail();
    assertRefused(client.refresh(first.refreshToken()));
    // What was issued without a policy belongs to the family, too.
    assertListed(kept, keptAgain);
  }

  @Test
  void given_no_refresh_tokens_then_a_refresh_is_no_rotation_and_its_access_token_is_revoked() {
    Answer login = user.logIn(client);
    lab.admin().setClientAttribute(client.clientId(), "use.refresh.tokens", "false");
    Answer without = client.refresh(login.refreshToken()).orFail();
    assertThat(without.body().has("refresh_token")).isFalse();
    lab.admin().setClientAttribute(client.clientId(), "use.refresh.tokens", "true");

    reuse(client, login);

    assertRevoked(client, without);
    assertListed(without);
  }

  @Test
  void given_no_redis_and_no_policy_then_the_refresh_succeeds_and_keeps_its_lineage() {
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.applyPolicyOf("none", client.clientId());
    lab.disconnectRedis();
    Answer served;
    try {
      served = client.refresh(first.refreshToken()).orFail();
    } finally {
      lab.reconnectRedis();
    }

    JsonNode claims = Jwt.claims(served.refreshToken());
    assertThat(claims.path("rtf").asText()).isEqualTo(Tokens.family(first));
    assertThat(claims.path("rtg").asLong()).isEqualTo(1);
  }

  @Test
  void given_the_only_family_of_a_client_session_when_revoked_then_keycloak_terminates_that() {
    Answer login = user.logIn(client);
    reuse(client, login);
    Answer revokedByAdministrator = client.refresh(user.logIn(client).refreshToken()).orFail();
    String families = "/token-guard/users/" + user.id() + "/families/";
    lab.admin().delete(families + Tokens.family(revokedByAdministrator)).orFail();

    assertThat(clientsInSession(login)).doesNotContain(client.clientId());
    assertThat(clientsInSession(revokedByAdministrator)).doesNotContain(client.clientId());
    assertRefused(client.refresh(revokedByAdministrator.refreshToken()));
    // The user stays logged in at Keycloak.
    assertThat(lab.admin().get("/users/" + user.id() + "/sessions").orFail().body()).hasSize(2);
  }

  private String clientsInSession(Answer answer) {
    JsonNode sessions = lab.admin().get("/users/" + user.id() + "/sessions").orFail().body();
    return StreamSupport.stream(sessions.spliterator(), false)
        .filter(each -> each.path("id").asText().equals(Tokens.session(answer)))
        .map(each -> each.path("clients").toString())
        .collect(Collectors.joining());
  }
}
