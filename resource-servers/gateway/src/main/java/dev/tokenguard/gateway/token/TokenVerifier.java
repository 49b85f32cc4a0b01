package dev.tokenguard.gateway.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.tokenguard.gateway.token.Decision.Outcome;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Set;

/** Verifies access tokens of one issuer by the keys of one JWK Set (RFC 9068, section 4). */
public final class TokenVerifier {

  /** RFC 9068, section 2.1. */
  private static final JOSEObjectType AT_JWT = new JOSEObjectType("at+jwt");

  private static final int WARM_UP_TIMES = 3;

  /** A token that is not accepted. Has no stack trace: it is common. */
  static final class RefusedTokenException extends Exception {

    private static final long serialVersionUID = 1;

    private final Outcome outcome;

    /**
     * @param description for the developer of the client; nothing of the token
     */
    RefusedTokenException(Outcome outcome, String description) {
      super(description, null, false, false);
      this.outcome = outcome;
    }

    static RefusedTokenException invalid(String description) {
      return new RefusedTokenException(Outcome.INVALID_TOKEN, description);
    }

    static RefusedTokenException keysUnavailable() {
      return new RefusedTokenException(Outcome.KEYS_UNAVAILABLE, "The JWK Set cannot be read");
    }

    Outcome outcome() {
      return outcome;
    }

    String description() {
      return String.valueOf(getMessage());
    }
  }

  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  public TokenVerifier(
      Set<JWSAlgorithm> algorithms, String issuer, Set<String> audiences, JWKSet keys) {
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(algorithms, new ImmutableJWKSet<>(keys)));
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, AT_JWT, null));
    DefaultJWTClaimsVerifier<SecurityContext> claims =
        new DefaultJWTClaimsVerifier<>(
            audiences, new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp"), Set.of());
    // The keys in Redis expire with the token: with a tolerance, a revoked one would be accepted.
    claims.setMaxClockSkew(0);
    processor.setJWTClaimsSetVerifier(claims);
  }

  JWTClaimsSet verify(SignedJWT token) throws RefusedTokenException {
    JWTClaimsSet claims;
    try {
      claims = processor.process(token, null);
    } catch (ExpiredJWTException expired) {
      throw new RefusedTokenException(Outcome.EXPIRED, "The access token expired");
    } catch (BadJOSEException | JOSEException invalid) {
      throw RefusedTokenException.invalid("The access token is invalid");
    }
    if (isBound(claims)) {
      throw RefusedTokenException.invalid("The access token is bound to a key");
    }
    if (!isAccessToken(token, claims)) {
      throw RefusedTokenException.invalid("The token is not an access token");
    }
    return claims;
  }

  /** Keycloak has the type of a token in a claim, and, if the client is set so, RFC 9068's. */
  private static boolean isAccessToken(SignedJWT token, JWTClaimsSet claims) {
    return AT_JWT.equals(token.getHeader().getType())
        || claims.getClaim("typ") instanceof String type && type.equalsIgnoreCase("Bearer");
  }

  /**
   * By DPoP or by a certificate. Whoever stole such a token would present it as a bearer token, and
   * the proof is not seen here (RFC 9449, section 7.1; RFC 8705, section 3).
   */
  private static boolean isBound(JWTClaimsSet claims) {
    Object confirmation = claims.getClaim("cnf");
    return confirmation != null
        && !(confirmation instanceof Map<?, ?> methods && methods.isEmpty());
  }

  /**
   * Verifies a token of its own a few times before the first request comes: for the first one, the
   * JVM loads many classes, which takes longer than the timeouts on a busy machine. An EC key,
   * because an RSA key takes seconds to generate there.
   */
  public static void warmUp() {
    try {
      ECKey key = new ECKeyGenerator(Curve.P_256).keyID("warm-up").generate();
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
              new JWTClaimsSet.Builder()
                  .issuer("warm-up")
                  .audience("warm-up")
                  .claim("typ", "Bearer")
                  .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                  .build());
      token.sign(new ECDSASigner(key));
      TokenVerifier verifier =
          new TokenVerifier(
              Set.of(JWSAlgorithm.ES256),
              "warm-up",
              Set.of("warm-up"),
              new JWKSet(key).toPublicJWKSet());
      for (int time = 0; time < WARM_UP_TIMES; time++) {
        verifier.verify(SignedJWT.parse(token.serialize()));
      }
    } catch (JOSEException | ParseException | RefusedTokenException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
