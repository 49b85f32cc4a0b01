package dev.tokenguard.resourceserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An API behind a gateway, which checks nothing and keeps the headers of its requests. */
final class ApiBehind implements AutoCloseable {

  private final List<Headers> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  ApiBehind() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/orders", request -> respond(request, 200));
    server.createContext("/orders/broken", request -> respond(request, 500));
    server.createContext("/orders/private", request -> respond(request, 403));
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The headers of each request. */
  List<Headers> requests() {
    return requests;
  }

  private void respond(HttpExchange request, int status) throws IOException {
    requests.add(request.getRequestHeaders());
    byte[] body = "[]".getBytes();
    request.sendResponseHeaders(status, body.length);
    request.getResponseBody().write(body);
    request.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
