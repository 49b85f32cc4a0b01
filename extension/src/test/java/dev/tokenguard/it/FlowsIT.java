package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every kind of client and grant that gets refresh tokens goes on working with rotation. */
class FlowsIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "60");

  @Test
  void given_an_offline_token_then_it_rotates_replays_and_is_caught_like_any_other() {
    Answer login = user.logIn(client, "offline_access");
    Answer next = client.refresh(login.refreshToken()).orFail();
    Answer replay = client.refresh(login.refreshToken()).orFail();
    assertThat(replay.refreshToken()).isEqualTo(next.refreshToken());
    assertThat(Jwt.claims(next.refreshToken()).path("typ").asText()).isEqualTo("Offline");
    assertThat(Jwt.claims(next.refreshToken()).has("exp")).isFalse();
    Answer last = client.refresh(next.refreshToken()).orFail();
    assertThat(lab.redisClient().ttl(lab.keyOf(user))).isPositive();

    assertRefused(client.refresh(login.refreshToken()));

    assertRefused(client.refresh(last.refreshToken()));
    assertDead(client, login);
    assertDead(client, last);
  }

  @Test
  void given_a_confidential_client_then_its_tokens_rotate() {
    OidcClient backend = lab.client("demo-backend").withSecret("demo-secret");
    Answer login = user.logIn(backend);
    Answer next = backend.refresh(login.refreshToken()).orFail();

    assertThat(generation(next)).isEqualTo(1);
    assertThat(backend.introspect(next.accessToken()).body().path("active").asBoolean()).isTrue();
    assertThat(backend.refresh(login.refreshToken()).orFail().refreshToken())
        .isEqualTo(next.refreshToken());
  }

  @Test
  void
      given_the_code_flow_with_pkce_then_its_tokens_rotate_and_reuse_kills_the_first_access_token() {
    OidcClient spa = lab.client("demo-spa");
    Answer login = spa.loginWithCode(user.name(), Lab.PASSWORD, "openid").answer().orFail();
    Answer next = spa.refresh(login.refreshToken()).orFail();
    Answer last = spa.refresh(next.refreshToken()).orFail();
    assertThat(generation(last)).isEqualTo(2);
    assertThat(last.idToken()).isNotEmpty();

    assertRefused(spa.refresh(login.refreshToken()));

    assertDead(spa, login);
    assertDead(spa, next);
    assertDead(spa, last);
  }

  @Test
  void given_a_narrower_scope_then_the_access_token_has_it_and_the_refresh_token_keeps_its_own() {
    Answer login = user.logIn(client, "phone", "address");
    Answer narrow = client.refresh(login.refreshToken(), "openid phone").orFail();
    assertThat(narrow.text("scope")).contains("phone").doesNotContain("address");

    Answer replay = client.refresh(login.refreshToken()).orFail();
    assertThat(replay.refreshToken()).isEqualTo(narrow.refreshToken());
    assertThat(replay.text("scope")).contains("address");

    Answer wide = client.refresh(narrow.refreshToken()).orFail();
    assertThat(wide.text("scope")).contains("phone").contains("address");
  }

  @Test
  void given_a_dpop_bound_token_then_it_rotates_with_its_key_only() {
    DpopKey key = new DpopKey();
    OidcClient proving = client.withHeader("DPoP", key.proofFor("POST", tokenEndpoint()));
    Answer login = proving.login(user.name(), Lab.PASSWORD).orFail();
    assertThat(login.text("token_type")).isEqualTo("DPoP");

    Answer next =
        client
            .withHeader("DPoP", key.proofFor("POST", tokenEndpoint()))
            .refresh(login.refreshToken())
            .orFail();
    Answer replay =
        client
            .withHeader("DPoP", key.proofFor("POST", tokenEndpoint()))
            .refresh(login.refreshToken())
            .orFail();
    assertThat(replay.refreshToken()).isEqualTo(next.refreshToken());
    assertThat(Jwt.claims(next.refreshToken()).path("cnf").path("jkt").asText())
        .isEqualTo(key.thumbprint());

    Answer withoutProof = client.refresh(next.refreshToken());
    Answer withOtherKey =
        client
            .withHeader("DPoP", new DpopKey().proofFor("POST", tokenEndpoint()))
            .refresh(next.refreshToken());
    assertThat(List.of(withoutProof.status(), withOtherKey.status())).containsOnly(400);

    Answer last =
        client
            .withHeader("DPoP", key.proofFor("POST", tokenEndpoint()))
            .refresh(next.refreshToken())
            .orFail();
    assertThat(generation(last)).isEqualTo(2);
  }

  @Test
  void given_a_token_exchange_then_its_refresh_token_begins_a_family_of_its_own() {
    Map<String, String> exchange =
        Map.of(
            "standard.token.exchange.enabled",
            "true",
            "standard.token.exchange.enableRefreshRequestedTokenType",
            "SAME_SESSION");
    exchange.forEach((name, value) -> lab.admin().setClientAttribute("demo-backend", name, value));
    OidcClient backend = lab.client("demo-backend").withSecret("demo-secret");
    Answer login = user.logIn(client);

    Answer exchanged =
        backend
            .token(
                Map.of(
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                    "subject_token",
                    login.accessToken(),
                    "subject_token_type",
                    "urn:ietf:params:oauth:token-type:access_token",
                    "requested_token_type",
                    "urn:ietf:params:oauth:token-type:refresh_token"))
            .orFail();
    Answer next = backend.refresh(exchanged.refreshToken()).orFail();
    Answer last = backend.refresh(next.refreshToken()).orFail();

    assertThat(generation(last)).isEqualTo(2);
    assertThat(Family.id(last)).isNotEqualTo(Family.id(login));
    assertRefused(backend.refresh(exchanged.refreshToken()));
    assertAlive(client, login);
    client.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_refresh_then_all_other_claims_of_the_refresh_token_stay_as_stock_sets_them() {
    Answer login = user.logIn(client);
    JsonNode before = Jwt.claims(login.refreshToken());

    JsonNode after = Jwt.claims(client.refresh(login.refreshToken()).orFail().refreshToken());

    for (String claim : List.of("iss", "aud", "sub", "typ", "azp", "sid", "scope", "prov")) {
      assertThat(after.path(claim)).as(claim).isEqualTo(before.path(claim));
    }
    assertThat(after.path("prov").asText()).isEqualTo("default");
  }

  private static String tokenEndpoint() {
    return lab.keycloak()
        .baseUri()
        .resolve("/realms/demo/protocol/openid-connect/token")
        .toString();
  }
}
