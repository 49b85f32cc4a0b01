package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that proves its key with each request: a replay with the key is no reuse. */
class KeyContextIT extends LabTest {

  private static final String[] BY_KEY = {"grace-context", "key", "grace-period", "0"};

  private final User user = lab.user();

  @Test
  void given_dpop_when_an_old_token_is_presented_with_the_key_then_it_gets_the_newest_one() {
    OidcClient client = dpopClient(Map.of());
    DpopKey key = new DpopKey();

    assertConverges(
        user.logIn(with(key, client)), token -> with(key, client).refresh(token.refreshToken()));

    assertThat(lab.events("REFRESH_TOKEN", user))
        .extracting(event -> event.at("/details/rotation").asText())
        .contains("converged", "converged", "converged");
  }

  @Test
  void given_dpop_when_a_thief_has_all_tokens_but_no_key_then_keycloak_refuses_and_all_is_well() {
    OidcClient client = dpopClient(Map.of());
    DpopKey key = new DpopKey();
    Answer login = user.logIn(with(key, client));
    Answer next = with(key, client).refresh(login.refreshToken()).orFail();

    for (Answer stolen : new Answer[] {login, next}) {
      assertThat(client.refresh(stolen.refreshToken()).status()).isEqualTo(400);
      assertThat(with(new DpopKey(), client).refresh(stolen.refreshToken()).status())
          .isEqualTo(400);
    }

    assertThat(generation(with(key, client).refresh(next.refreshToken()).orFail())).isEqualTo(2);
  }

  @Test
  void given_a_device_with_a_wrong_clock_when_it_refreshes_then_the_token_is_not_used() {
    OidcClient client = dpopClient(Map.of());
    DpopKey key = new DpopKey();
    Answer login = user.logIn(with(key, client));
    String late =
        key.proofFor("POST", tokenEndpoint(), login.accessToken(), Instant.now().minusSeconds(60));

    Answer refused = client.withHeader("DPoP", late).refresh(login.refreshToken());

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("invalid_request");
    assertThat(generation(with(key, client).refresh(login.refreshToken()).orFail())).isEqualTo(1);
  }

  /** Access tokens stay bearer tokens, for APIs that do not know DPoP. */
  @Test
  void given_keycloaks_executor_that_binds_refresh_tokens_only_then_their_key_is_proven() {
    String id = lab.uniqueId("key-refresh-only");
    OidcClient client = lab.newClientWith(id, Map.of(), BY_KEY);
    lab.addExecutor(
        id,
        Map.of(
            "executor",
            "dpop-bind-enforcer",
            "configuration",
            Map.of("allow-only-refresh-token-binding", "true")));
    DpopKey key = new DpopKey();
    Answer login = with(key, client).loginWithCode(user.name(), Lab.PASSWORD).answer().orFail();
    assertThat(login.text("token_type")).isEqualTo("Bearer");

    assertConverges(login, token -> with(key, client).refresh(token.refreshToken()));
  }

  /** Keycloak binds only the access tokens of confidential clients to the key. */
  @Test
  void given_dpop_and_a_secret_when_another_key_replays_then_it_is_a_reuse() {
    OidcClient client =
        dpopClient(Map.of("publicClient", false, "secret", "secret")).withSecret("secret");
    DpopKey key = new DpopKey();

    Answer newest =
        assertConverges(
            user.logIn(with(key, client)),
            token -> with(key, client).refresh(token.refreshToken()));
    Answer after = with(key, client).refresh(newest.refreshToken()).orFail();

    assertRefused(with(new DpopKey(), client).refresh(newest.refreshToken()));
    assertRefused(with(key, client).refresh(after.refreshToken()));
  }

  @Test
  void given_a_binding_to_the_key_when_the_newest_token_comes_without_it_then_it_is_refused() {
    Map<String, Object> fields =
        Map.of(
            "publicClient",
            false,
            "secret",
            "secret",
            "attributes",
            Map.of("dpop.bound.access.tokens", "true"));
    OidcClient client =
        lab.newClientWith(lab.uniqueId("key-bound"), fields, "bind-to", "key").withSecret("secret");
    DpopKey key = new DpopKey();
    Answer next = with(key, client).refresh(user.logIn(with(key, client)).refreshToken()).orFail();

    assertRefused(with(new DpopKey(), client).refresh(next.refreshToken()));

    assertThat(generation(with(key, client).refresh(next.refreshToken()).orFail())).isEqualTo(2);
  }

  @Test
  void given_a_client_authentication_with_a_key_then_each_request_proves_it() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("one").keyUse(KeyUse.SIGNATURE).generate();
    String id = lab.uniqueId("key-jwt");
    OidcClient client =
        lab.newClientWith(
            id,
            Map.of(
                "publicClient",
                false,
                "clientAuthenticatorType",
                "client-jwt",
                "attributes",
                Map.of(
                    "use.jwks.string",
                    "true",
                    "jwks.string",
                    new JWKSet(key.toPublicJWK()).toString())),
            BY_KEY);

    Answer login =
        client.token(
            asserted(
                id,
                key,
                Map.of(
                    "grant_type",
                    "password",
                    "username",
                    user.name(),
                    "password",
                    Lab.PASSWORD,
                    "scope",
                    "openid")));
    assertConverges(
        login.orFail(),
        token ->
            client.token(
                asserted(
                    id,
                    key,
                    Map.of("grant_type", "refresh_token", "refresh_token", token.refreshToken()))));
  }

  private static Map<String, String> asserted(
      String clientId, ECKey key, Map<String, String> fields) {
    Map<String, String> form = new LinkedHashMap<>(fields);
    form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.put("client_assertion", assertion(clientId, key));
    return form;
  }

  private static String assertion(String clientId, ECKey key) {
    SignedJWT assertion =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(clientId)
                .subject(clientId)
                .audience(lab.keycloak().baseUri() + "/realms/" + Lab.REALM)
                .jwtID(UUID.randomUUID().toString())
                .issueTime(new Date())
                .expirationTime(new Date(System.currentTimeMillis() + 30_000))
                .build());
    try {
      assertion.sign(new ECDSASigner(key));
    } catch (JOSEException impossible) {
      throw new AssertionError(impossible);
    }
    return assertion.serialize();
  }

  @Test
  void given_certificate_bound_tokens_then_the_certificate_is_the_key() {
    OidcClient client =
        lab.newClientWith(
            lab.uniqueId("key-mtls"),
            Map.of("attributes", Map.of("tls.client.certificate.bound.access.tokens", "true")),
            BY_KEY);
    try (TestCertificates certificates = TestCertificates.create()) {
      certificates.issue("device").issue("thief");
      OidcClient device = client.withHeader(Lab.CERTIFICATE_HEADER, certificates.header("device"));
      OidcClient thief = client.withHeader(Lab.CERTIFICATE_HEADER, certificates.header("thief"));

      Answer newest =
          assertConverges(user.logIn(device), token -> device.refresh(token.refreshToken()));

      assertThat(thief.refresh(newest.refreshToken()).status()).isBetween(400, 401);
      device.refresh(newest.refreshToken()).orFail();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grace-context", "bind-to"})
  void given_a_policy_with_a_key_when_a_client_without_one_is_saved_then_the_reason_is_returned(
      String setting) {
    OidcClient client = lab.newClientWith(lab.uniqueId("key-none"), Map.of(), setting, "key");
    String path = "/clients/" + lab.admin().clientUuid(client.clientId());

    Answer refused = lab.admin().put(path, Map.of("description", "still without a key"));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().toString()).contains("uses its key", "DPoP");
    Map<String, Object> another =
        Map.of(
            "clientId",
            client.clientId() + "-2",
            "publicClient",
            true,
            "attributes",
            Map.of("policy-group", client.clientId()));
    assertThat(lab.admin().post("/clients", another).status()).isEqualTo(400);
    assertThat(lab.admin().get("/clients?clientId=" + client.clientId() + "-2").body()).isEmpty();
    lab.admin()
        .put(path, Map.of("attributes", Map.of("dpop.bound.access.tokens", "true")))
        .orFail();
    lab.admin().put(path, Map.of("description", "with a key")).orFail();
  }

  @Test
  void given_a_client_without_a_key_when_it_refreshes_then_the_server_info_names_it() {
    OidcClient client = lab.newClientWith(lab.uniqueId("key-none"), Map.of(), "bind-to", "key");

    client.refresh(user.logIn(client).refreshToken()).orFail();

    assertThat(lab.refreshTokenInfo().path("clients-without-key").asText())
        .contains(client.clientId());
  }

  /** Replays at any depth get the newest token, byte for byte. */
  private static Answer assertConverges(Answer login, Function<Answer, Answer> refresh) {
    Answer first = refresh.apply(login).orFail();
    Answer second = refresh.apply(first).orFail();
    for (Answer old : new Answer[] {login, first, login}) {
      assertThat(refresh.apply(old).orFail().refreshToken()).isEqualTo(second.refreshToken());
    }
    Answer third = refresh.apply(second).orFail();
    assertThat(generation(third)).isEqualTo(3);
    return third;
  }

  private static OidcClient dpopClient(Map<String, ?> fields) {
    Map<String, Object> all = new LinkedHashMap<>(fields);
    all.put("attributes", Map.of("dpop.bound.access.tokens", "true"));
    return lab.newClientWith(lab.uniqueId("key-dpop"), all, BY_KEY);
  }

  private static OidcClient with(DpopKey key, OidcClient client) {
    return client.withHeader("DPoP", key.proofFor("POST", tokenEndpoint()));
  }

  private static String tokenEndpoint() {
    return lab.keycloak().baseUri() + "/realms/" + Lab.REALM + "/protocol/openid-connect/token";
  }
}
