package dev.tokenguard.gateway.http;

import dev.tokenguard.gateway.token.Authorizer;
import dev.tokenguard.gateway.token.Decision;
import dev.tokenguard.gateway.token.Decision.Outcome;
import dev.tokenguard.gateway.token.Scopes;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Set;

/**
 * Forward authentication: the gateway sends the head of each request here, and forwards the request
 * if the response is 200. The method and the body do not matter.
 */
public final class ForwardAuth implements Handler<HttpServerRequest> {

  public static final String PATH = "/verify";

  private final Authorizer authorizer;
  private final GatewayMetrics metrics;

  public ForwardAuth(Authorizer authorizer, GatewayMetrics metrics) {
    this.authorizer = authorizer;
    this.metrics = metrics;
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (!isHere(request.path())) {
      request.response().setStatusCode(404).end();
      return;
    }
    long begin = System.nanoTime();
    Set<String> scopes;
    try {
      scopes = scopes(request);
    } catch (IllegalArgumentException notEncoded) {
      request.response().setStatusCode(400).end();
      return;
    }
    HttpServerResponse response = request.response();
    authorizer
        .decide(request.headers().getAll("Authorization"), scopes)
        .map(decision -> prepare(response, decision))
        // For example a header that Vert.x refuses. Without a response, the gateway would wait.
        .otherwise(defect -> prepare(response, Authorizer.failed(defect)))
        .onSuccess(
            outcome -> {
              metrics.decided("http", outcome, begin);
              response.end();
            });
  }

  private static boolean isHere(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  /**
   * Of the route. Envoy, as an HTTP client, and others append the path and the query of the
   * original request: the query of a path below is the client's.
   */
  private static Set<String> scopes(HttpServerRequest request) {
    return request.query() == null || !request.path().equals(PATH)
        ? Set.of()
        : Scopes.of(String.join(" ", request.params().getAll("scope")));
  }

  private static Outcome prepare(HttpServerResponse response, Decision decision) {
    // Of a decision that failed midway.
    response.headers().clear();
    response.setStatusCode(decision.status());
    decision.headers().forEach(response::putHeader);
    response.putHeader("Cache-Control", "no-store");
    return decision.outcome();
  }
}
