package dev.tokenguard.resourceserver.gateway;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.tokenguard.testbed.server.LoopbackHttpServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An API behind a gateway, which checks nothing and keeps the headers of its requests. */
final class ApiBehind implements AutoCloseable {

  private final List<Headers> requests = new CopyOnWriteArrayList<>();
  private final LoopbackHttpServer server = new LoopbackHttpServer(this::respond);

  int port() {
    return server.port();
  }

  /** The headers of each request. */
  List<Headers> requests() {
    return requests;
  }

  private void respond(HttpExchange request) throws IOException {
    requests.add(request.getRequestHeaders());
    int status =
        switch (request.getRequestURI().getPath()) {
          case "/orders/broken" -> 500;
          case "/orders/private" -> 403;
          default -> 200;
        };
    LoopbackHttpServer.respond(request, status, "application/json", "[]".getBytes());
  }

  @Override
  public void close() {
    server.close();
  }
}
