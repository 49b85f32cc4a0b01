package dev.tokenguard.gateway;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;

/** The service on free ports, without Redis. */
final class TestService implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TestIssuer issuer;
  private final int port = LoopbackPort.free();
  private final int managementPort = LoopbackPort.free();
  private Optional<GatewayServer> server = Optional.empty();

  TestService(TestIssuer issuer) {
    this.issuer = issuer;
    Logs.configure(Level.WARNING);
  }

  int port() {
    return port;
  }

  /** Starts it with these options, and returns when it is ready. */
  void start(String... options) {
    startWithoutWaiting(options);
    Await.until("readiness", PATIENCE, () -> get("/health/ready").statusCode() == 200);
  }

  void startWithoutWaiting(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("--issuer", issuer.issuer(), "--audience", TestIssuer.AUDIENCE));
    arguments.addAll(List.of("--port", Integer.toString(port), "--enabled", "false"));
    arguments.addAll(List.of("--management-port", Integer.toString(managementPort)));
    arguments.addAll(List.of(options));
    Gateway gateway = new Gateway();
    Gateway.commandLine(gateway, Map.of()).parseArgs(arguments.toArray(String[]::new));
    gateway.settings().check();
    GatewayServer created = new GatewayServer(gateway.settings());
    server = Optional.of(created);
    try {
      created.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of the management port. */
  HttpResponse<String> get(String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
              .timeout(PATIENCE)
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Zero for a metric that is not there. */
  double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  /** Once. */
  @Override
  public void close() {
    server.ifPresent(GatewayServer::close);
    server = Optional.empty();
  }
}
