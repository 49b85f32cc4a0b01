package dev.tokenguard.demo.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.WebServer.Route;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The thief: a server at another origin that gets a refresh token, as through a script injected
 * into the page, and uses it; a token that is bound to a key (RFC 9449) also with a key of its own.
 * It keeps the newest token of each stolen family, and returns positions of tokens, never a token.
 */
final class Thief implements Route {

  private static final String OWN_USER_AGENT = "thief/1.0";

  private final Function<String, OidcClient> clients;
  private final URI victims;
  private final DpopKey ownKey = new DpopKey();
  private final Map<String, String> loot = new ConcurrentHashMap<>();

  /**
   * @param clients creates a client of the public endpoints for a client id
   * @param victims the origin whose pages may send a token
   */
  Thief(Function<String, OidcClient> clients, URI victims) {
    this.clients = clients;
    this.victims = victims;
  }

  /** A form with a {@code refresh_token}, or with the {@code family} of an earlier theft. */
  @Override
  public Reply answer(Request request) {
    if (!request.method().equals("POST")
        || request.origin().filter(victims.toString()::equals).isEmpty()) {
      return Reply.of(403);
    }
    String token = request.fields().getOrDefault("refresh_token", lootOf(request));
    Reply reply = token.isEmpty() ? Reply.of(404) : use(token, request);
    return reply.with("Access-Control-Allow-Origin", victims.toString());
  }

  private String lootOf(Request request) {
    return loot.getOrDefault(request.field("family"), "");
  }

  private Reply use(String token, Request request) {
    String userAgent = request.fields().getOrDefault("user_agent", OWN_USER_AGENT);
    OidcClient client =
        clients.apply(request.field("client_id")).withHeader("User-Agent", userAgent);
    Map<String, Object> result = new LinkedHashMap<>();
    Answer answer = client.refresh(token);
    if (!answer.isOk() && isBound(token)) {
      result.put("errorWithoutProof", answer.error());
      answer = client.withHeader("DPoP", proofOfOwnKey(token)).refresh(token);
    }
    result.put("status", answer.status());
    result.put("used", position(token));
    if (answer.isOk()) {
      result.put("got", position(answer.refreshToken()));
    } else {
      result.put("error", answer.error());
    }
    loot.put(
        String.valueOf(position(token).get("family")),
        answer.isOk() ? answer.refreshToken() : token);
    return Reply.json(200, result);
  }

  private static boolean isBound(String token) {
    return Jwt.claims(token).path("cnf").has("jkt");
  }

  /** A valid proof, but the token is bound to another key (RFC 9449, section 5). */
  private String proofOfOwnKey(String token) {
    String realm = Jwt.claims(token).path("iss").asText();
    return ownKey.proofFor("POST", realm + "/protocol/openid-connect/token");
  }

  private static Map<String, Object> position(String refreshToken) {
    JsonNode claims = Jwt.claims(refreshToken);
    String id = claims.path("jti").asText();
    return Map.of(
        "family",
        claims.path("rtf").asText(id),
        "generation",
        claims.path("rtg").asLong(0),
        "jti",
        id);
  }
}
