package dev.tokenguard.demo.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.WebServer.Route;
import java.text.ParseException;
import java.util.Optional;
import java.util.function.Function;

/** First the token itself, then its key, then the blacklist (RFC 9068, section 4). */
public final class AccessTokenValidator {

  private final JwtVerifier tokens;
  private final RevocationChecker blacklist;
  private final ProofOfPossession proofs = new ProofOfPossession();

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
    return request -> {
      Reply reply = validate(request).reply(resource);
      return request.bound().isPresent() ? Validation.withSchemeOfKeys(reply) : reply;
    };
  }

  private Validation validate(Request request) {
    Optional<String> token = presented(request);
    if (token.isEmpty()) {
      return new Validation.Missing();
    }
    try {
      JWTClaimsSet claims = tokens.check(token.get());
      return isFromItsOwner(request, token.get(), claims)
          ? lookUp(claims)
          : new Validation.NoProof();
    } catch (ExpiredJWTException expired) {
      return new Validation.Expired();
    } catch (BadJOSEException | JOSEException | ParseException bad) {
      return new Validation.Invalid();
    }
  }

  /** The claims of a token of this realm and of its owner, even if it has expired. */
  public Optional<JWTClaimsSet> recognise(Request request) {
    return presented(request)
        .flatMap(
            token ->
                tokens.recognise(token).filter(claims -> isFromItsOwner(request, token, claims)));
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

  private static Optional<String> presented(Request request) {
    return request.bound().or(request::bearer);
  }

  /**
   * A token that is bound to a key or a certificate is no bearer token, nor the reverse (RFC 9449,
   * section 7.2; RFC 8705, section 3).
   */
  private boolean isFromItsOwner(Request request, String token, JWTClaimsSet claims) {
    Optional<String> key = ProofOfPossession.thumbprint(claims);
    return request.bound().isPresent()
        ? key.isPresent() && proofs.isValid(request, token, key.get())
        : claims.getClaim("cnf") == null;
  }
}
