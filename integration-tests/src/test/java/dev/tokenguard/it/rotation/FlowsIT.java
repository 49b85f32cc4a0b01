package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Offline tokens, scopes, DPoP and all other claims are as without rotation. */
class FlowsIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "60");

  @Test
  void given_an_offline_token_then_it_rotates_and_a_reuse_is_detected() {
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
    assertRevoked(client, login, last);
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
    assertThat(wide.text("scope")).contains("phone", "address");
  }

  @Test
  void given_a_dpop_bound_token_then_it_rotates_with_its_key_only() {
    DpopKey key = new DpopKey();
    Answer login = with(key).login(user.name(), Lab.PASSWORD).orFail();
    assertThat(login.text("token_type")).isEqualTo("DPoP");

    Answer next = with(key).refresh(login.refreshToken()).orFail();
    Answer replay = with(key).refresh(login.refreshToken()).orFail();
    assertThat(replay.refreshToken()).isEqualTo(next.refreshToken());
    assertThat(Jwt.claims(next.refreshToken()).path("cnf").path("jkt").asText())
        .isEqualTo(key.thumbprint());

    assertThat(client.refresh(next.refreshToken()).status()).isEqualTo(400);
    assertThat(with(new DpopKey()).refresh(next.refreshToken()).status()).isEqualTo(400);

    assertThat(generation(with(key).refresh(next.refreshToken()).orFail())).isEqualTo(2);
  }

  private OidcClient with(DpopKey key) {
    String endpoint = lab.keycloak().baseUri() + "/realms/demo/protocol/openid-connect/token";
    return client.withHeader("DPoP", key.proofFor("POST", endpoint));
  }

  @Test
  void given_the_mapper_for_the_expiry_then_each_response_has_it() {
    Map<String, Object> mapper =
        Map.of(
            "name",
            "expiry",
            "protocol",
            "openid-connect",
            "protocolMapper",
            "token-guard-refresh-token-expiry");
    OidcClient client =
        lab.newClientWith(
            lab.uniqueId("expiry"),
            Map.of("protocolMappers", List.of(mapper)),
            "absolute-lifetime",
            "600");
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();

    for (Answer answer : new Answer[] {login, next}) {
      assertThat(answer.body().path("refresh_token_expires_in").asLong())
          .isEqualTo(answer.body().path("refresh_expires_in").asLong())
          .isBetween(590L, 600L);
    }
  }

  @Test
  void given_a_refresh_then_all_other_claims_of_the_refresh_token_are_as_keycloak_sets_them() {
    Answer login = user.logIn(client);
    JsonNode before = Jwt.claims(login.refreshToken());

    JsonNode after = Jwt.claims(client.refresh(login.refreshToken()).orFail().refreshToken());

    for (String claim : List.of("iss", "aud", "sub", "typ", "azp", "sid", "scope", "prov")) {
      assertThat(after.path(claim)).as(claim).isEqualTo(before.path(claim));
    }
    // Keycloak up to 26.6 has no such claim.
    assertThat(after.path("prov").asText("default")).isEqualTo("default");
  }
}
