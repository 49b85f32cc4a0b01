package dev.tokenguard.demo.api;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.Verdict;

/** The result of the validation of an access token. */
public sealed interface Judgement {

  record Good(JWTClaimsSet claims) implements Judgement {}

  record Expired() implements Judgement {}

  record Revoked(Verdict.Scope scope, String reason) implements Judgement {}

  /** Another issuer or audience, or not a token. */
  record Invalid() implements Judgement {}

  /** Redis did not respond, so it is unknown whether the token is revoked. */
  record Unknown() implements Judgement {}
}
