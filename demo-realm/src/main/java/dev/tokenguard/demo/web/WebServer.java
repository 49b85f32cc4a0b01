package dev.tokenguard.demo.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves routes to browsers of this machine at 127.0.0.1. */
public final class WebServer implements AutoCloseable {

  private static final int THREADS = 16;

  /** Answers the requests below a path. */
  @FunctionalInterface
  public interface Route {

    Reply answer(Request request);
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, WebServer::thread);

  private WebServer(HttpServer server) {
    this.server = server;
  }

  /** Starts a server on a port of 127.0.0.1. */
  public static WebServer start(int port, Map<String, Route> routes) {
    return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), routes);
  }

  /**
   * Starts a server; the longest matching path prefix selects the route.
   *
   * @param address the address to listen on; in a container not 127.0.0.1
   */
  public static WebServer start(InetSocketAddress address, Map<String, Route> routes) {
    try {
      HttpServer http = HttpServer.create(address, 0);
      WebServer server = new WebServer(http);
      http.setExecutor(server.threads);
      routes.forEach((path, route) -> http.createContext(path, server.serving(route)));
      http.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen at " + address, e);
    }
  }

  public URI origin() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private HttpHandler serving(Route route) {
    return exchange -> {
      try (exchange) {
        send(exchange, reply(route, exchange));
      }
    };
  }

  private Reply reply(Route route, HttpExchange exchange) throws IOException {
    // With another name, such as localhost, the page would have an origin unknown to Keycloak.
    if (!origin().getAuthority().equals(exchange.getRequestHeaders().getFirst("Host"))) {
      return Reply.of(307).with("Location", origin() + "/");
    }
    try {
      return route.answer(Request.of(exchange));
    } catch (RuntimeException e) {
      // Only the type: the message could contain request data.
      return Reply.json(500, Map.of("error", e.getClass().getSimpleName()));
    }
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    reply.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(
        reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
    if (reply.body().length > 0) {
      exchange.getResponseBody().write(reply.body());
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "demo-http");
    thread.setDaemon(true);
    return thread;
  }
}
