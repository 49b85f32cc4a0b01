package dev.tokenguard.demo.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import java.text.ParseException;

/** First the token itself, then the blacklist (RFC 9068, section 4). */
public final class Judge {

  private final AccessTokens tokens;
  private final RevocationChecker blacklist;

  public Judge(AccessTokens tokens, RevocationChecker blacklist) {
    this.tokens = tokens;
    this.blacklist = blacklist;
  }

  public Judgement of(String token) {
    try {
      return onTheBlacklist(tokens.check(token));
    } catch (ExpiredJWTException expired) {
      return new Judgement.Expired();
    } catch (BadJOSEException | JOSEException | ParseException bad) {
      return new Judgement.Invalid();
    }
  }

  /** The state of a recognised token on the blacklist, even if it has expired. */
  public Judgement onTheBlacklist(JWTClaimsSet claims) {
    Verdict verdict = blacklist.check(TokenClaims.of(claims.getClaims()));
    if (verdict instanceof Verdict.Revoked revoked) {
      return new Judgement.Revoked(revoked.scope(), revoked.reason());
    }
    if (verdict instanceof Verdict.Unknown) {
      return new Judgement.Unknown();
    }
    return verdict.isAccepted() ? new Judgement.Good(claims) : new Judgement.Invalid();
  }
}
