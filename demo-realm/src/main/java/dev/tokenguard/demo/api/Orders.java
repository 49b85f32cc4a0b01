package dev.tokenguard.demo.api;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.demo.web.Reply;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The protected resource: the orders of the user. */
public final class Orders implements Function<JWTClaimsSet, Reply> {

  @Override
  public Reply apply(JWTClaimsSet claims) {
    return Reply.json(
        200,
        Map.of(
            "of", String.valueOf(claims.getClaim("preferred_username")),
            "orders", List.of("a padlock", "two keys")));
  }
}
