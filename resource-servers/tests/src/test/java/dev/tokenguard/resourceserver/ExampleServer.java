package dev.tokenguard.resourceserver;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.Commands;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.process.ServerLog;
import dev.tokenguard.testbed.process.ServerProcess;
import dev.tokenguard.testbed.server.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An API that protects {@code GET /orders}, as a process with a network to Redis that can fail.
 *
 * <p>All examples read the same environment variables: {@code PORT}, {@code ISSUER}, {@code
 * AUDIENCE}, {@code REDIS_URL}, {@code WHEN_UNAVAILABLE} ({@code refuse} or {@code accept}), {@code
 * CACHE_TTL} and {@code TIMEOUT} in milliseconds, and {@code CHECK} ({@code on} or {@code off}).
 */
public final class ExampleServer implements AutoCloseable {

  private static final Duration TIME_TO_START = Duration.ofSeconds(60);

  /** A request that takes longer has hung. */
  private static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final ServerProcess process;
  private final TcpProxy redis;
  private final int port;

  private ExampleServer(ServerProcess process, TcpProxy redis, int port) {
    this.process = process;
    this.redis = redis;
    this.port = port;
  }

  /** The command of an example, in a directory. */
  public record Command(Path directory, List<String> words) {

    /** Runs Java, with the options of the system property {@code example.java.options}. */
    public static Command ofJava(Path directory, String... arguments) {
      List<String> words = new ArrayList<>(List.of(Commands.toolOfJava("java")));
      String options = System.getProperty("example.java.options", "");
      if (!options.isEmpty()) {
        words.addAll(List.of(options.split(" ")));
      }
      words.addAll(List.of(arguments));
      return new Command(directory, words);
    }
  }

  /** Starts an example and returns when it responds. */
  public static ExampleServer start(Stack stack, Command command, Map<String, String> changes) {
    TcpProxy redis = new TcpProxy(stack.redisPort());
    int port = LoopbackPort.free();
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PORT", Integer.toString(port));
    environment.put("ISSUER", stack.issuer().toString());
    environment.put("AUDIENCE", Stack.AUDIENCE);
    environment.put("REDIS_URL", "redis://127.0.0.1:" + redis.port());
    environment.put("WHEN_UNAVAILABLE", "refuse");
    environment.put("CACHE_TTL", "0");
    // Longer than an API would wait: a machine that runs tests may be busy.
    environment.put("TIMEOUT", "1000");
    environment.put("CHECK", "on");
    environment.putAll(changes);
    ServerProcess process = new ServerProcess("example", "the example on port " + port);
    process.start(command.words(), command.directory(), environment);
    Await.holdsWithin(TIME_TO_START, () -> LoopbackPort.isServed(port) || !process.isRunning());
    if (!process.isRunning() || !LoopbackPort.isServed(port)) {
      throw process.failure("the example did not start: " + String.join(" ", command.words()));
    }
    return new ExampleServer(process, redis, port);
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port + "/orders");
  }

  public HttpResponse<String> get(String accessToken) {
    return send("/orders", "Authorization", "Bearer " + accessToken);
  }

  public HttpResponse<String> getWithoutToken() {
    return send("/orders");
  }

  /**
   * A request for any path.
   *
   * @param headers names and values in turn
   */
  public HttpResponse<String> send(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri().resolve(path)).timeout(LONGEST_REQUEST);
    for (int index = 0; index < headers.length; index += 2) {
      request.header(headers[index], headers[index + 1]);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The network between this server and Redis; Keycloak has another. */
  public TcpProxy redis() {
    return redis;
  }

  /** Fails between this server and Redis while the assertions run. */
  public void during(Consumer<TcpProxy> outage, Runnable assertions) {
    outage.accept(redis);
    try {
      assertions.run();
    } finally {
      redis.heal();
    }
  }

  public ServerLog log() {
    return process.log();
  }

  @Override
  public void close() {
    process.close();
    try {
      redis.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
