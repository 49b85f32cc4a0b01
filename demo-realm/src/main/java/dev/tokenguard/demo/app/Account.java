package dev.tokenguard.demo.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.demo.api.AccessTokenValidator;
import dev.tokenguard.demo.api.Validation;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.WebServer.Route;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer.UnexpectedAnswerException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the owner of an access token may see and request of an administrator. */
record Account(AccessTokenValidator validator, AdminApi admin) {

  /** The password that every user of the demo has. */
  private static final String PASSWORD = "demo";

  /** Revokes all tokens and sessions of the user through the admin REST API. */
  Route logOutEverywhere() {
    return action(user -> admin.delete("/token-guard/users/" + user + "/families").isOk());
  }

  /** Sets the same password again, which is a reset in Keycloak. */
  Route passwordReset() {
    return action(user -> admin.resetPassword(user, PASSWORD).isOk());
  }

  private Route action(Predicate<String> ofUser) {
    Route route =
        validator.guarding(claims -> Reply.of(ofUser.test(claims.getSubject()) ? 204 : 502));
    return request -> request.method().equals("POST") ? route.answer(request) : Reply.of(405);
  }

  /**
   * The state of a family. The token may be expired or revoked: the page looks up the reason.
   * Without the state, the page continues.
   */
  Reply familyStatus(Request request) {
    return validator
        .recognise(request)
        .map(claims -> Reply.json(200, statusOf(claims, request.field("family"))))
        .orElseGet(() -> Reply.of(401));
  }

  private Map<String, Object> statusOf(JWTClaimsSet claims, String family) {
    try {
      Map<String, Object> status = new LinkedHashMap<>();
      String families = "/token-guard/users/" + claims.getSubject() + "/families";
      Optional<JsonNode> found =
          family.isEmpty() ? newest(families, claims) : first(families, "id", family);
      found.ifPresent(it -> status.put("family", it));
      String id = found.map(it -> it.path("id").asText()).orElse(family);
      first("/token-guard/incidents?type=reuse", "family", id)
          .ifPresent(incident -> status.put("incident", incident));
      if (validator.lookUp(claims) instanceof Validation.Revoked revoked) {
        String scope = revoked.scope().name().toLowerCase(Locale.ROOT);
        status.put("revoked", Map.of("scope", scope, "reason", revoked.reason()));
      }
      return status;
    } catch (UnexpectedAnswerException refused) {
      return Map.of("unavailable", "the admin REST API does not respond");
    }
  }

  /** For a page that cannot read its refresh token: that of the last login in the session. */
  private Optional<JsonNode> newest(String path, JWTClaimsSet claims) {
    return all(path)
        .filter(item -> item.path("sessionId").asText().equals(claims.getClaim("sid")))
        .filter(item -> item.path("clientId").asText().equals(claims.getClaim("azp")))
        .max(Comparator.comparingLong(item -> item.path("created").asLong()));
  }

  private Optional<JsonNode> first(String path, String name, String value) {
    return all(path).filter(item -> item.path(name).asText().equals(value)).findFirst();
  }

  private Stream<JsonNode> all(String path) {
    JsonNode list = admin.get(path).orFail().body();
    return StreamSupport.stream(list.spliterator(), false);
  }
}
