package dev.tokenguard.demo.api;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.Route;
import java.util.Map;
import java.util.function.Function;

/** A route that requires a valid access token; error responses follow RFC 6750. */
public final class Protected implements Route {

  private static final BearerChallenge CHALLENGE = BearerChallenge.ofRealm("demo");

  private final Judge judge;
  private final Function<JWTClaimsSet, Reply> inside;

  public Protected(Judge judge, Function<JWTClaimsSet, Reply> inside) {
    this.judge = judge;
    this.inside = inside;
  }

  @Override
  public Reply answer(Request request) {
    return request
        .bearer()
        .map(token -> answer(judge.of(token)))
        .orElseGet(() -> refused("missing", CHALLENGE.missing()));
  }

  private Reply answer(Judgement judgement) {
    if (judgement instanceof Judgement.Good good) {
      return inside.apply(good.claims());
    }
    if (judgement instanceof Judgement.Expired) {
      return refused("expired", CHALLENGE.expired());
    }
    if (judgement instanceof Judgement.Revoked) {
      return refused("revoked", CHALLENGE.revoked());
    }
    if (judgement instanceof Judgement.Unknown) {
      return Reply.json(503, Map.of("token", "unknown")).with("Retry-After", "1");
    }
    return refused("invalid", CHALLENGE.invalidToken("The access token is not valid"));
  }

  private static Reply refused(String token, String challenge) {
    return Reply.json(401, Map.of("token", token)).with("WWW-Authenticate", challenge);
  }
}
