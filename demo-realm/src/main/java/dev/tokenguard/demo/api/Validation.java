package dev.tokenguard.demo.api;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.demo.web.Reply;
import java.util.Map;
import java.util.function.Function;

/** The result of a validation of an access token, and the response to a request that has it. */
public sealed interface Validation {

  BearerChallenge CHALLENGE = BearerChallenge.ofRealm("demo");

  /**
   * The response of RFC 6750.
   *
   * @param resource responds if the token is valid
   */
  Reply reply(Function<JWTClaimsSet, Reply> resource);

  record Valid(JWTClaimsSet claims) implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return resource.apply(claims);
    }
  }

  /** The request has no access token. */
  record Missing() implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return refused("missing", CHALLENGE.missing());
    }
  }

  record Expired() implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return refused("expired", CHALLENGE.expired());
    }
  }

  record Revoked(Verdict.Scope scope, String reason) implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return refused("revoked", CHALLENGE.revoked());
    }
  }

  /** Of another issuer, for another audience, or no access token. */
  record Invalid() implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return refused("invalid", CHALLENGE.invalidToken("The access token is not valid"));
    }
  }

  /** Bound to a key, and the request does not prove possession of it (RFC 9449, section 7.1). */
  record NoProof() implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return refused("without proof", CHALLENGE.invalidToken("The DPoP proof is not valid"));
    }
  }

  /** Redis did not respond, so it is unknown whether the token is revoked. */
  record Unknown() implements Validation {
    @Override
    public Reply reply(Function<JWTClaimsSet, Reply> resource) {
      return Reply.json(503, Map.of("token", "unknown")).with("Retry-After", "1");
    }
  }

  /** The challenge of RFC 9449, section 7.1, instead of that of RFC 6750. */
  static Reply withSchemeOfKeys(Reply reply) {
    String challenge = reply.headers().get("WWW-Authenticate");
    return challenge == null
        ? reply
        : reply.with(
            "WWW-Authenticate", challenge.replaceFirst("Bearer", "DPoP") + ", algs=\"ES256\"");
  }

  private static Reply refused(String token, String challenge) {
    return Reply.json(401, Map.of("token", token)).with("WWW-Authenticate", challenge);
  }
}
