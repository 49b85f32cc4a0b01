package dev.tokenguard.demo.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.tokenguard.demo.web.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Verifies that the sender of a request has the key of its access token (RFC 9449). */
final class ProofOfPossession {

  private static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");

  /** Before and after now, for clocks that differ. */
  private static final Duration WINDOW = Duration.ofSeconds(30);

  /** The proofs of the window: each is valid once (section 11.1). */
  private final Map<String, Instant> used = new ConcurrentHashMap<>();

  /** The key that the token is bound to (section 6.1). */
  static Optional<String> thumbprint(JWTClaimsSet token) {
    return token.getClaim("cnf") instanceof Map<?, ?> confirmation
            && confirmation.get("jkt") instanceof String thumbprint
        ? Optional.of(thumbprint)
        : Optional.empty();
  }

  /** The checks of section 4.3. */
  boolean isValid(Request request, String token, String thumbprint) {
    try {
      SignedJWT proof = SignedJWT.parse(request.proof().orElse(""));
      return isSignedWith(thumbprint, proof) && isFor(request, token, proof.getJWTClaimsSet());
    } catch (ParseException | JOSEException bad) {
      return false;
    }
  }

  private static boolean isSignedWith(String thumbprint, SignedJWT proof) throws JOSEException {
    JWSHeader header = proof.getHeader();
    return TYPE.equals(header.getType())
        && JWSAlgorithm.ES256.equals(header.getAlgorithm())
        && header.getJWK() instanceof ECKey key
        && !key.isPrivate()
        && key.computeThumbprint().toString().equals(thumbprint)
        && proof.verify(new ECDSAVerifier(key));
  }

  private boolean isFor(Request request, String token, JWTClaimsSet claims) throws ParseException {
    return request.method().equals(claims.getStringClaim("htm"))
        && request.uri().equals(claims.getStringClaim("htu"))
        && hash(token).equals(claims.getStringClaim("ath"))
        && claims.getIssueTime() != null
        && claims.getJWTID() != null
        && isFirst(claims.getJWTID(), claims.getIssueTime().toInstant());
  }

  private boolean isFirst(String id, Instant issued) {
    Instant now = Instant.now();
    used.values().removeIf(time -> time.isBefore(now.minus(WINDOW)));
    return Duration.between(issued, now).abs().compareTo(WINDOW) <= 0
        && used.putIfAbsent(id, issued) == null;
  }

  private static String hash(String token) {
    try {
      byte[] ascii = token.getBytes(StandardCharsets.US_ASCII);
      return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(ascii)).toString();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
