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
import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against an issuer with a key of its own, by HTTP. */
class AccessTokenValidatorTest {

  private final RSAKey key = newKey();
  private final WebServer issuer =
      WebServer.start(
          0,
          Map.of(
              "/realms/demo/protocol/openid-connect/certs",
              request -> Reply.json(200, new JWKSet(key).toJSONObject())));
  private final URI realm = issuer.origin().resolve("/realms/demo");
  private final Map<String, String> redis = new HashMap<>();
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
    Reply reply = protectedRoute().answer(request(Optional.empty()));

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
        signed(JWSAlgorithm.HS256, new MACSigner(key.toRSAPublicKey().getEncoded()), claims()));
    assertInvalid("nonsense");
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
    return protectedRoute().answer(request(Optional.of(token)));
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
    return new Request("GET", "/api/orders", Optional.empty(), bearer, Collections.emptyMap());
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
      return signed(JWSAlgorithm.RS256, new RSASSASigner(key), claims);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private String signed(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims)
      throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build();
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
