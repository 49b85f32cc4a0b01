package dev.tokenguard.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Supplier;

/** Health and metrics, on a port of their own: they answer when all others are in use. */
public final class Management implements Handler<HttpServerRequest> {

  /** Whether requests should come here, and each thing that the service needs. */
  public record Readiness(boolean isReady, Map<String, Boolean> checks) {}

  private final Supplier<Readiness> readiness;
  private final GatewayMetrics metrics;

  public Management(Supplier<Readiness> readiness, GatewayMetrics metrics) {
    this.readiness = readiness;
    this.metrics = metrics;
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      respond(request, 405, "text/plain", "");
      return;
    }
    switch (request.path()) {
      case "/health/live" -> respond(request, true, Map.of());
      case "/health/ready" -> {
        Readiness now = readiness.get();
        respond(request, now.isReady, now.checks);
      }
      case "/metrics" -> respond(request, 200, "text/plain; version=0.0.4", metrics.scrape());
      default -> respond(request, 404, "text/plain", "");
    }
  }

  private static void respond(
      HttpServerRequest request, boolean isUp, Map<String, Boolean> checks) {
    JsonObject body = new JsonObject().put("status", upOrDown(isUp));
    checks.forEach((name, check) -> body.put(name, upOrDown(check)));
    respond(request, isUp ? 200 : 503, "application/json", body.encode() + "\n");
  }

  private static String upOrDown(boolean isUp) {
    return isUp ? "UP" : "DOWN";
  }

  private static void respond(HttpServerRequest request, int status, String type, String body) {
    request.response().setStatusCode(status).putHeader("Content-Type", type).end(body);
  }
}
