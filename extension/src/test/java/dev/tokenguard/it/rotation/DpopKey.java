package dev.tokenguard.it.rotation;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.Callable;

/** The key of a client that proves possession (RFC 9449). */
final class DpopKey {

  private final ECKey key = unchecked(new ECKeyGenerator(Curve.P_256)::generate);

  /** A proof for one request; each has an id of its own. */
  String proofFor(String method, String uri) {
    SignedJWT proof =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK())
                .build(),
            new JWTClaimsSet.Builder()
                .jwtID(UUID.randomUUID().toString())
                .claim("htm", method)
                .claim("htu", uri)
                .issueTime(new Date())
                .build());
    return unchecked(
        () -> {
          proof.sign(new ECDSASigner(key));
          return proof.serialize();
        });
  }

  String thumbprint() {
    return unchecked(key::computeThumbprint).toString();
  }

  private static <T> T unchecked(Callable<T> step) {
    try {
      return step.call();
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }
}
