package dev.tokenguard.demo.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.demo.api.AccessTokenValidator;
import dev.tokenguard.demo.api.JwtVerifier;
import dev.tokenguard.demo.api.Validation;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.Route;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer.UnexpectedAnswerException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Returns the state of a family to the owner of an access token. The token may be expired or
 * revoked: the page asks for the reason.
 */
public final class FamilyStatus implements Route {

  private final JwtVerifier tokens;
  private final AccessTokenValidator validator;
  private final AdminApi admin;

  public FamilyStatus(JwtVerifier tokens, AccessTokenValidator validator, AdminApi admin) {
    this.tokens = tokens;
    this.validator = validator;
    this.admin = admin;
  }

  @Override
  public Reply answer(Request request) {
    return request
        .bearer()
        .flatMap(tokens::recognise)
        .map(claims -> Reply.json(200, statusOf(claims, request.field("family"))))
        .orElseGet(() -> Reply.of(401));
  }

  /** Without the state, the page continues. */
  private Map<String, Object> statusOf(JWTClaimsSet claims, String family) {
    try {
      return of(claims, family);
    } catch (UnexpectedAnswerException refused) {
      return Map.of("unavailable", "the admin REST API does not respond");
    }
  }

  private Map<String, Object> of(JWTClaimsSet claims, String family) {
    Map<String, Object> status = new LinkedHashMap<>();
    first("/token-guard/users/" + claims.getSubject() + "/families", "id", family)
        .ifPresent(found -> status.put("family", found));
    first("/token-guard/incidents?type=reuse", "family", family)
        .ifPresent(found -> status.put("incident", found));
    if (validator.lookUp(claims) instanceof Validation.Revoked revoked) {
      status.put(
          "revoked",
          Map.of(
              "scope",
              revoked.scope().name().toLowerCase(Locale.ROOT),
              "reason",
              revoked.reason()));
    }
    return status;
  }

  private Optional<JsonNode> first(String path, String name, String value) {
    JsonNode list = admin.get(path).orFail().body();
    return StreamSupport.stream(list.spliterator(), false)
        .filter(item -> item.path(name).asText().equals(value))
        .findFirst();
  }
}
