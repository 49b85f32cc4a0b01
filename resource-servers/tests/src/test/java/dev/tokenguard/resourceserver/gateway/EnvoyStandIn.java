package dev.tokenguard.resourceserver.gateway;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationBlockingStub;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Does with a request what Envoy does with {@code ext_authz}: calls {@code Check} by gRPC, and acts
 * on the response in the order of Envoy. It stands in for Envoy, which is in no package of Debian.
 */
final class EnvoyStandIn {

  /** The client of the JDK sets these itself. */
  private static final List<String> OWN_HEADERS =
      List.of("host", "connection", "content-length", "upgrade", "http2-settings");

  private final AuthorizationBlockingStub verdicts;
  private final URI api;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private EnvoyStandIn(AuthorizationBlockingStub verdicts, URI api) {
    this.verdicts = verdicts;
    this.api = api;
  }

  /** The ports of the API and of the verdict service. */
  public static void main(String[] ports) throws IOException {
    AuthorizationBlockingStub verdicts =
        AuthorizationGrpc.newBlockingStub(
            NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(ports[1]))
                .usePlaintext()
                .build());
    EnvoyStandIn envoy = new EnvoyStandIn(verdicts, URI.create("http://127.0.0.1:" + ports[0]));
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", envoy::handle);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private void handle(HttpExchange request) throws IOException {
    CheckResponse verdict;
    try {
      verdict = verdicts.withDeadlineAfter(8, TimeUnit.SECONDS).check(check(request));
    } catch (StatusRuntimeException failed) {
      // failure_mode_allow: false, status_on_error: 503
      request.getResponseHeaders().set("Retry-After", "1");
      request.sendResponseHeaders(503, -1);
      request.close();
      return;
    }
    if (verdict.getStatus().getCode() == 0) {
      forward(request, verdict.getOkResponse());
    } else {
      deny(request, verdict.getDeniedResponse());
    }
  }

  /** Several headers of a name are joined by a comma. */
  private static CheckRequest check(HttpExchange request) {
    AttributeContext.HttpRequest.Builder head =
        AttributeContext.HttpRequest.newBuilder()
            .setMethod(request.getRequestMethod())
            .setPath(request.getRequestURI().toString())
            .setHost("api");
    request
        .getRequestHeaders()
        .forEach(
            (name, values) ->
                head.putHeaders(name.toLowerCase(Locale.ROOT), String.join(",", values)));
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setRequest(AttributeContext.Request.newBuilder().setHttp(head)))
        .build();
  }

  private void forward(HttpExchange request, OkHttpResponse ok) throws IOException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    request
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name, String.join(",", values)));
    ok.getHeadersList()
        .forEach(it -> headers.put(it.getHeader().getKey(), it.getHeader().getValue()));
    ok.getHeadersToRemoveList().forEach(headers::remove);
    OWN_HEADERS.forEach(headers::remove);
    HttpRequest.Builder forwarded = HttpRequest.newBuilder(api.resolve(request.getRequestURI()));
    headers.forEach(forwarded::header);
    try {
      HttpResponse<byte[]> response = http.send(forwarded.build(), BodyHandlers.ofByteArray());
      request.sendResponseHeaders(response.statusCode(), response.body().length);
      request.getResponseBody().write(response.body());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    request.close();
  }

  private static void deny(HttpExchange request, DeniedHttpResponse denied) throws IOException {
    Headers headers = request.getResponseHeaders();
    for (HeaderValueOption option : denied.getHeadersList()) {
      headers.set(option.getHeader().getKey(), option.getHeader().getValue());
    }
    request.sendResponseHeaders(denied.getStatus().getCodeValue(), -1);
    request.close();
  }
}
