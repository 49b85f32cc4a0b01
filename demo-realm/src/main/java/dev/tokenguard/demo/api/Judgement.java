package dev.tokenguard.demo.api;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.Verdict;

/** What the resource server thinks of a request's token. */
public sealed interface Judgement {

  record Good(JWTClaimsSet claims) implements Judgement {}

  record Expired() implements Judgement {}

  record Revoked(Verdict.Scope scope, String reason) implements Judgement {}

  /** Of another issuer, for another audience, or no token at all. */
  record Invalid() implements Judgement {}

  /** Redis did not answer: nothing is known against the token. */
  record Unknown() implements Judgement {}
}
