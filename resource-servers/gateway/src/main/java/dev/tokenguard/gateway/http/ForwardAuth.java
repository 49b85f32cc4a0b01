package dev.tokenguard.gateway.http;

import dev.tokenguard.gateway.token.Authorizer;
import dev.tokenguard.gateway.token.Decision;
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
    authorizer
        .decide(request.headers().getAll("Authorization"), scopes)
        .onSuccess(
            decision -> {
              metrics.decided("http", decision.outcome(), begin);
              respond(request.response(), decision);
            });
  }

  /** Envoy, as an HTTP client, and others append the path of the original request. */
  private static boolean isHere(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  private static Set<String> scopes(HttpServerRequest request) {
    return request.query() == null
        ? Set.of()
        : Scopes.of(String.join(" ", request.params().getAll("scope")));
  }

  private static void respond(HttpServerResponse response, Decision decision) {
    response.setStatusCode(decision.status());
    decision.headers().forEach(response::putHeader);
    response.putHeader("Cache-Control", "no-store");
    response.end();
  }
}
