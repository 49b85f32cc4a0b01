package dev.tokenguard.demo.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.WebServer.Route;
import java.text.ParseException;
import java.util.function.Function;

/** First the token itself, then the blacklist (RFC 9068, section 4). */
public final class AccessTokenValidator {

  private final JwtVerifier tokens;
  private final RevocationChecker blacklist;

  public AccessTokenValidator(JwtVerifier tokens, RevocationChecker blacklist) {
    this.tokens = tokens;
    this.blacklist = blacklist;
  }

  /**
   * A route that requires a valid access token.
   *
   * @param resource responds to requests with such a token
   */
  public Route guarding(Function<JWTClaimsSet, Reply> resource) {
    return request ->
        request.bearer().map(this::validate).orElseGet(Validation.Missing::new).reply(resource);
  }

  private Validation validate(String token) {
    try {
      return lookUp(tokens.check(token));
    } catch (ExpiredJWTException expired) {
      return new Validation.Expired();
    } catch (BadJOSEException | JOSEException | ParseException bad) {
      return new Validation.Invalid();
    }
  }

  /** The state of a recognised token on the blacklist, even if it has expired. */
  public Validation lookUp(JWTClaimsSet claims) {
    Verdict verdict = blacklist.check(TokenClaims.of(claims.getClaims()));
    if (verdict instanceof Verdict.Revoked revoked) {
      return new Validation.Revoked(revoked.scope(), revoked.reason());
    }
    if (verdict instanceof Verdict.Unknown) {
      return new Validation.Unknown();
    }
    return verdict.isAccepted() ? new Validation.Valid(claims) : new Validation.Invalid();
  }
}
