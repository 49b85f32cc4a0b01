package dev.tokenguard.demo.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.WebServer;
import dev.tokenguard.demo.web.WebServer.Route;
import dev.tokenguard.testbed.client.DpopKey;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against an issuer with a key of its own, by HTTP. */
class AccessTokenValidatorTest {

  private static final String HOST = "127.0.0.1:8090";
  private static final String ORDERS = "http://" + HOST + "/api/orders";
  private static final RSAKey KEY = newKey();

  private final WebServer issuer =
      WebServer.start(
          0,
          Map.of(
              "/realms/demo/protocol/openid-connect/certs",
              request -> Reply.json(200, new JWKSet(KEY).toJSONObject())));
  private final URI realm = issuer.origin().resolve("/realms/demo");
  private final Map<String, String> redis = new HashMap<>();
  private final Route api = protectedRoute();
  private final DpopKey ownKey = new DpopKey();
  private boolean redisAnswers = true;

  @AfterEach
  void stopIssuer() {
    issuer.close();
  }

  @Test
  void given_a_valid_token_then_200() {
    assertThat(call(token(claims())).status()).isEqualTo(200);
  }

  @Test
  void given_no_token_then_the_challenge_has_no_error_code() {
    Reply reply = api.answer(request(Optional.empty()));

    assertThat(reply.status()).isEqualTo(401);
    assertThat(challenge(reply)).isEqualTo("Bearer realm=\"demo\"");
  }

  @Test
  void given_a_token_that_expired_this_second_then_the_challenge_says_so() {
    assertRefused(
        token(claims().expirationTime(Date.from(Instant.now()))), "The access token expired");
  }

  @Test
  void given_a_session_on_the_blacklist_then_the_challenge_says_so() {
    redis.put("tg:sid:session", "9999999999 logout");

    assertRefused(token(claims()), "The access token was revoked");
  }

  @Test
  void given_no_redis_then_503_without_a_challenge() {
    redisAnswers = false;

    Reply reply = call(token(claims()));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.headers()).containsKey("Retry-After").doesNotContainKey("WWW-Authenticate");
  }

  @Test
  void given_a_token_of_another_issuer_audience_type_or_key_then_it_is_invalid()
      throws JOSEException {
    assertInvalid(token(claims().issuer("http://127.0.0.1/realms/other")));
    assertInvalid(token(claims().audience("another-api")));
    assertInvalid(token(claims().claim("typ", "ID")));
    assertInvalid(signed(JWSAlgorithm.RS256, new RSASSASigner(newKey()), claims()));
    // A public key that is taken for a secret (RFC 8725, section 2.1).
    assertInvalid(
        signed(JWSAlgorithm.HS256, new MACSigner(KEY.toRSAPublicKey().getEncoded()), claims()));
    assertInvalid("nonsense");
  }

  @Test
  void given_a_bound_token_then_only_a_new_proof_of_its_key_for_this_request_is_accepted() {
    String token = boundToken();
    String proof = ownKey.proofFor("GET", ORDERS, token);

    assertThat(call(token, proof).status()).isEqualTo(200);

    assertNoProof(call(token, proof));
    assertNoProof(call(token, ""));
    assertNoProof(call(token, new DpopKey().proofFor("GET", ORDERS, token)));
    assertNoProof(call(token, ownKey.proofFor("POST", ORDERS, token)));
    assertNoProof(call(token, ownKey.proofFor("GET", ORDERS + "/1", token)));
    assertNoProof(call(token, ownKey.proofFor("GET", ORDERS, boundToken())));
    assertNoProof(call(token, ownKey.proofFor("GET", ORDERS)));
    assertNoProof(
        call(token, ownKey.proofFor("GET", ORDERS, token, Instant.now().minusSeconds(60))));
  }

  @Test
  void given_a_bound_token_as_bearer_or_a_bearer_token_as_bound_then_it_is_refused() {
    assertThat(call(boundToken()).status()).isEqualTo(401);
    String certificateBound = token(claims().claim("cnf", Map.of("x5t#S256", "thumbprint")));
    assertThat(call(certificateBound).status()).isEqualTo(401);

    String token = token(claims());
    assertNoProof(call(token, ownKey.proofFor("GET", ORDERS, token)));
  }

  private static void assertNoProof(Reply reply) {
    assertThat(reply.status()).isEqualTo(401);
    assertThat(challenge(reply))
        .isEqualTo(
            "DPoP realm=\"demo\", error=\"invalid_token\","
                + " error_description=\"The DPoP proof is not valid\", algs=\"ES256\"");
  }

  private String boundToken() {
    return token(
        claims()
            .claim("typ", "DPoP")
            .jwtID(UUID.randomUUID().toString())
            .claim("cnf", Map.of("jkt", ownKey.thumbprint())));
  }

  private Reply call(String token, String proof) {
    Map<String, String> headers =
        Map.of("host", HOST, "authorization", "DPoP " + token, "dpop", proof);
    return api.answer(new Request("GET", "/api/orders", headers, Map.of()));
  }

  private void assertInvalid(String token) {
    assertRefused(token, "The access token is not valid");
  }

  private void assertRefused(String token, String reason) {
    Reply reply = call(token);

    assertThat(reply.status()).isEqualTo(401);
    assertThat(challenge(reply)).contains(reason);
  }

  private Reply call(String token) {
    return api.answer(request(Optional.of(token)));
  }

  private Route protectedRoute() {
    RevocationChecker checker =
        RevocationChecker.of(
            keys -> {
              if (!redisAnswers) {
                throw new IllegalStateException("no connection");
              }
              return keys.stream().map(redis::get).toList();
            },
            WhenUnavailable.REFUSE);
    return new AccessTokenValidator(JwtVerifier.of(realm, "demo-backend"), checker)
        .guarding(claims -> Reply.of(200));
  }

  private static Request request(Optional<String> bearer) {
    Map<String, String> headers =
        bearer.map(token -> Map.of("authorization", "Bearer " + token)).orElseGet(Map::of);
    return new Request("GET", "/api/orders", headers, Map.of());
  }

  private static String challenge(Reply reply) {
    return reply.headers().get("WWW-Authenticate");
  }

  private JWTClaimsSet.Builder claims() {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer(realm.toString())
        .audience("demo-backend")
        .subject("alice's id")
        .jwtID("token")
        .claim("sid", "session")
        .claim("typ", "Bearer")
        .claim("preferred_username", "alice")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(60)));
  }

  private String token(JWTClaimsSet.Builder claims) {
    try {
      return signed(JWSAlgorithm.RS256, new RSASSASigner(KEY), claims);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private String signed(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims)
      throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(algorithm).keyID(KEY.getKeyID()).build();
    SignedJWT token = new SignedJWT(header, claims.build());
    token.sign(signer);
    return token.serialize();
  }

  private static RSAKey newKey() {
    try {
      return new RSAKeyGenerator(2048).keyID("key").algorithm(JWSAlgorithm.RS256).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
