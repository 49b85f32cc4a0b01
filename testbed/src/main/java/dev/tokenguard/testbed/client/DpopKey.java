package dev.tokenguard.testbed.client;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.Callable;

/** The key of a client that proves possession (RFC 9449). */
public final class DpopKey {

  private final ECKey key = unchecked(new ECKeyGenerator(Curve.P_256)::generate);

  /** A proof for one request to the token endpoint; each has an id of its own. */
  public String proofFor(String method, String uri) {
    return signed(claims(method, uri, Instant.now()));
  }

  /** A proof for one request with an access token. */
  public String proofFor(String method, String uri, String accessToken) {
    return proofFor(method, uri, accessToken, Instant.now());
  }

  /** The same, issued at another time. */
  public String proofFor(String method, String uri, String accessToken, Instant issued) {
    return signed(claims(method, uri, issued).claim("ath", hash(accessToken)));
  }

  public String thumbprint() {
    return unchecked(key::computeThumbprint).toString();
  }

  private static JWTClaimsSet.Builder claims(String method, String uri, Instant issued) {
    return new JWTClaimsSet.Builder()
        .jwtID(UUID.randomUUID().toString())
        .claim("htm", method)
        .claim("htu", uri)
        .issueTime(Date.from(issued));
  }

  private static String hash(String token) {
    byte[] ascii = token.getBytes(StandardCharsets.US_ASCII);
    return Base64URL.encode(unchecked(() -> MessageDigest.getInstance("SHA-256").digest(ascii)))
        .toString();
  }

  private String signed(JWTClaimsSet.Builder claims) {
    SignedJWT proof =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK())
                .build(),
            claims.build());
    return unchecked(
        () -> {
          proof.sign(new ECDSASigner(key));
          return proof.serialize();
        });
  }

  private static <T> T unchecked(Callable<T> step) {
    try {
      return step.call();
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
  }
}
