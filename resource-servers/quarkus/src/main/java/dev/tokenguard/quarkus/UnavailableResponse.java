package dev.tokenguard.quarkus;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Responds with 503 where a token could not be checked, for all kinds of endpoints. */
@Singleton
class UnavailableResponse {

  void register(@Observes Router router) {
    router.route().order(Integer.MIN_VALUE).failureHandler(UnavailableResponse::handle);
  }

  private static void handle(RoutingContext request) {
    if (request.failure() instanceof RevocationUnknownException && !request.response().ended()) {
      request
          .response()
          .setStatusCode(503)
          .putHeader(HttpHeaders.RETRY_AFTER, RevocationUnknownException.RETRY_AFTER)
          .end();
    } else {
      request.next();
    }
  }
}
