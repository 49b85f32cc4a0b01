package dev.tokenguard.gateway.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.tokenguard.gateway.token.SigningKeys.Snapshot;
import dev.tokenguard.gateway.token.TokenVerifier.RefusedTokenException;
import io.vertx.core.Future;
import java.text.ParseException;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.Set;

/** Validates tokens of all issuers, without a thread that waits for a JWK Set. */
public final class TokenValidator {

  /** By how much the clocks of an issuer and of this service may differ. */
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(10);

  private final Set<JWSAlgorithm> algorithms;
  private final Map<String, SigningKeys> issuers;

  public TokenValidator(Set<JWSAlgorithm> algorithms, Map<String, SigningKeys> issuers) {
    this.algorithms = algorithms;
    this.issuers = issuers;
  }

  /**
   * The claims of a valid token.
   *
   * @return fails with a {@link RefusedTokenException}
   */
  Future<JWTClaimsSet> validate(String text) {
    try {
      SignedJWT token = parse(text);
      JWTClaimsSet unverified = claims(token);
      SigningKeys keys = issuers.get(unverified.getIssuer() == null ? "" : unverified.getIssuer());
      if (keys == null) {
        throw RefusedTokenException.invalid("The access token has another issuer");
      }
      Snapshot snapshot = keys.current().orElseThrow(RefusedTokenException::keysUnavailable);
      String keyId = token.getHeader().getKeyID();
      if (snapshot.has(keyId)) {
        return Future.succeededFuture(snapshot.verifier().verify(token));
      }
      if (isOlderThan(snapshot, unverified)) {
        throw unknownKey();
      }
      return keys.refresh()
          .recover(failed -> Future.failedFuture(RefusedTokenException.keysUnavailable()))
          .compose(
              read -> read.has(keyId) ? verified(read, token) : Future.failedFuture(unknownKey()));
    } catch (RefusedTokenException refused) {
      return Future.failedFuture(refused);
    }
  }

  private static Future<JWTClaimsSet> verified(Snapshot snapshot, SignedJWT token) {
    try {
      return Future.succeededFuture(snapshot.verifier().verify(token));
    } catch (RefusedTokenException refused) {
      return Future.failedFuture(refused);
    }
  }

  private SignedJWT parse(String text) throws RefusedTokenException {
    try {
      SignedJWT token = SignedJWT.parse(text);
      if (algorithms.contains(token.getHeader().getAlgorithm())) {
        return token;
      }
    } catch (ParseException | RuntimeException notSigned) {
      // As below: the client learns nothing of the difference.
    }
    throw RefusedTokenException.invalid("The access token is invalid");
  }

  private static JWTClaimsSet claims(SignedJWT token) throws RefusedTokenException {
    try {
      return token.getJWTClaimsSet();
    } catch (ParseException | RuntimeException notClaims) {
      throw RefusedTokenException.invalid("The access token is invalid");
    }
  }

  /**
   * Whether the set was read after the token had been issued, so that its key would be in the set.
   * The claim is not verified: to pretend a newer token brings no more than an attempt to read.
   */
  private static boolean isOlderThan(Snapshot snapshot, JWTClaimsSet unverified) {
    Date issued = unverified.getIssueTime();
    return issued == null || issued.toInstant().plus(CLOCKS_DIFFER).isBefore(snapshot.at());
  }

  private static RefusedTokenException unknownKey() {
    return RefusedTokenException.invalid("The access token is invalid");
  }
}
