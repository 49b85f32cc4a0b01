package dev.tokenguard.demo.api;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.Route;
import java.util.function.Function;

/**
 * A route that requires a valid access token.
 *
 * @param resource responds to requests with such a token
 */
public record ProtectedRoute(AccessTokenValidator validator, Function<JWTClaimsSet, Reply> resource)
    implements Route {

  @Override
  public Reply answer(Request request) {
    return request
        .bearer()
        .map(validator::validate)
        .orElseGet(Validation.Missing::new)
        .reply(resource);
  }
}
