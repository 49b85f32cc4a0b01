package dev.tokenguard.it.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.server.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The documented nginx configuration with the addresses of the test, and an API behind it. */
final class Gate implements AutoCloseable {

  private static final Path CONFIGURATION =
      Path.of("../docs/gateways/nginx").toAbsolutePath().normalize();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final List<List<String>> credentialsAtTheApi = new CopyOnWriteArrayList<>();
  private final Path secretFile;
  private final HttpServer api;
  private final NginxServer nginx;

  /**
   * @param secret of the client that introspects
   * @param changes in the configuration, beyond those of addresses
   */
  Gate(URI keycloak, String secret, Map<String, String> changes) {
    try {
      secretFile = Files.writeString(Files.createTempFile("client", ".secret"), secret + "\n");
      api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    api.createContext("/", this::answer);
    api.start();
    int port = LoopbackPort.free();
    Map<String, String> all = new LinkedHashMap<>(changes);
    all.put("js_path /etc/nginx/token-guard;", "js_path " + CONFIGURATION + ";");
    all.put("/etc/nginx/token-guard/client.secret", secretFile.toString());
    all.put("listen 127.0.0.1:8088;", "listen 127.0.0.1:" + port + ";");
    all.put("server 127.0.0.1:8080;", "server " + keycloak.getAuthority() + ";");
    all.put("server 127.0.0.1:9090;", "server 127.0.0.1:" + api.getAddress().getPort() + ";");
    nginx = NginxServer.start(CONFIGURATION.resolve("nginx.conf"), port, all);
  }

  /** Sends a request with these values of the header {@code Authorization}. */
  HttpResponse<String> send(String... credentials) {
    HttpRequest.Builder request = HttpRequest.newBuilder(nginx.uri().resolve("/orders"));
    for (String value : credentials) {
      request.header("Authorization", value);
    }
    try {
      return CLIENT.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** For each request that reached the API, its values of the header {@code Authorization}. */
  List<List<String>> credentialsAtTheApi() {
    return List.copyOf(credentialsAtTheApi);
  }

  void loseTheSecret() {
    assertThat(secretFile.toFile().delete()).isTrue();
  }

  String logs() {
    return nginx.log().text() + nginx.accessLog().text();
  }

  @Override
  public void close() {
    nginx.close();
    api.stop(0);
    secretFile.toFile().delete();
  }

  private void answer(HttpExchange exchange) throws IOException {
    credentialsAtTheApi.add(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }
}
