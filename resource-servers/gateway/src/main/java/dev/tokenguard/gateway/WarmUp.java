package dev.tokenguard.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Set;

/**
 * Verifies a token of its own a few times before the first request comes: for the first one, the
 * JVM loads many classes, which takes longer than the time-outs on a busy machine. An EC key,
 * because an RSA key takes seconds to generate there.
 */
final class WarmUp {

  private static final int TIMES = 3;

  private WarmUp() {}

  static void run() {
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
      for (int time = 0; time < TIMES; time++) {
        verifier.verify(SignedJWT.parse(token.serialize()));
      }
    } catch (JOSEException | ParseException | RefusedTokenException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
