package dev.tokenguard.demo.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.demo.web.Reply;
import dev.tokenguard.demo.web.Request;
import dev.tokenguard.demo.web.WebServer.Route;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The thief: a server at another origin that gets a refresh token, as through a script injected
 * into the page, and uses it. It keeps the newest token of each stolen family, and returns
 * positions of tokens, never a token.
 */
final class Thief implements Route {

  private static final String OWN_USER_AGENT = "thief/1.0";

  private final Function<String, OidcClient> clients;
  private final URI victims;
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
    Answer answer =
        clients
            .apply(request.field("client_id"))
            .withHeader("User-Agent", userAgent)
            .refresh(token);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("status", answer.status());
    result.put("used", position(token));
    if (answer.isOk()) {
      String next = answer.refreshToken();
      loot.put(String.valueOf(position(next).get("family")), next);
      result.put("got", position(next));
    } else {
      result.put("error", answer.error());
    }
    return Reply.json(200, result);
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
