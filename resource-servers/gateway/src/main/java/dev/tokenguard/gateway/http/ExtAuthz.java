package dev.tokenguard.gateway.http;

import com.google.rpc.Status;
import dev.tokenguard.gateway.token.Authorizer;
import dev.tokenguard.gateway.token.Decision;
import dev.tokenguard.gateway.token.Decision.Outcome;
import dev.tokenguard.gateway.token.Scopes;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcProtocol;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The service {@code envoy.service.auth.v3.Authorization} of Envoy's filter {@code ext_authz}.
 *
 * <p>A refusal is a successful call: the response has the status and the headers for the client.
 */
public final class ExtAuthz {

  private static final ServiceMethod<CheckRequest, CheckResponse> CHECK =
      ServiceMethod.server(
          ServiceName.create("envoy.service.auth.v3", "Authorization"),
          "Check",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(CheckRequest.getDefaultInstance()));

  /** The headers of a request, and what else Envoy sends. */
  private static final long MAX_MESSAGE_BYTES = 256 * 1024;

  private record Reply(Outcome outcome, CheckResponse response) {}

  private final Authorizer authorizer;
  private final GatewayMetrics metrics;

  public ExtAuthz(Authorizer authorizer, GatewayMetrics metrics) {
    this.authorizer = authorizer;
    this.metrics = metrics;
  }

  public GrpcServer server(Vertx vertx) {
    GrpcServerOptions options = new GrpcServerOptions().setMaxMessageSize(MAX_MESSAGE_BYTES);
    for (GrpcProtocol protocol : GrpcProtocol.values()) {
      if (protocol != GrpcProtocol.HTTP_2) {
        options.removeEnabledProtocol(protocol);
      }
    }
    return GrpcServer.server(vertx, options)
        .callHandler(
            CHECK,
            call ->
                call.handler(
                    check -> {
                      long begin = System.nanoTime();
                      AttributeContext attributes = check.getAttributes();
                      authorizer
                          .decide(authorization(attributes), scopes(attributes))
                          .map(this::reply)
                          // Without a response, Envoy would wait.
                          .otherwise(defect -> reply(Authorizer.failed(defect)))
                          .onSuccess(
                              reply -> {
                                metrics.decided("grpc", reply.outcome(), begin);
                                call.response().end(reply.response());
                              });
                    }));
  }

  /** Envoy joins several headers by a comma, or sends each with {@code encode_raw_headers}. */
  private static List<String> authorization(AttributeContext attributes) {
    AttributeContext.HttpRequest request = attributes.getRequest().getHttp();
    List<String> values = new ArrayList<>();
    String joined = request.getHeadersMap().get("authorization");
    if (joined != null) {
      values.add(joined);
    }
    for (HeaderValue header : request.getHeaderMap().getHeadersList()) {
      if (header.getKey().equalsIgnoreCase("authorization")) {
        values.add(
            header.getRawValue().isEmpty()
                ? header.getValue()
                : header.getRawValue().toStringUtf8());
      }
    }
    return values;
  }

  /** Of the route, by {@code check_settings}; the client has no influence on it. */
  private static Set<String> scopes(AttributeContext attributes) {
    return Scopes.of(attributes.getContextExtensionsMap().get("scope"));
  }

  private Reply reply(Decision decision) {
    CheckResponse.Builder response =
        CheckResponse.newBuilder().setStatus(Status.newBuilder().setCode(code(decision)));
    return new Reply(
        decision.outcome(),
        decision.isAccepted()
            ? response.setOkResponse(ok(decision.headers())).build()
            : response.setDeniedResponse(denied(decision)).build());
  }

  private OkHttpResponse ok(Map<String, String> headers) {
    OkHttpResponse.Builder ok = OkHttpResponse.newBuilder();
    headers.forEach((name, value) -> ok.addHeaders(header(name, value)));
    // Of the client. Envoy removes last, so only those that it does not set.
    authorizer.upstreamHeaders().stream()
        .filter(name -> !headers.containsKey(name))
        .forEach(name -> ok.addHeadersToRemove(name.toLowerCase(Locale.ROOT)));
    return ok.build();
  }

  private static DeniedHttpResponse denied(Decision decision) {
    DeniedHttpResponse.Builder denied =
        DeniedHttpResponse.newBuilder()
            .setStatus(HttpStatus.newBuilder().setCodeValue(decision.status()));
    decision.headers().forEach((name, value) -> denied.addHeaders(header(name, value)));
    return denied.addHeaders(header("Cache-Control", "no-store")).build();
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name.toLowerCase(Locale.ROOT)).setValue(value))
        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .build();
  }

  /** Envoy distinguishes only 0 from others; the others are for its statistics and logs. */
  private static int code(Decision decision) {
    return switch (decision.status()) {
      case 200 -> GrpcStatus.OK.code;
      case 401 -> GrpcStatus.UNAUTHENTICATED.code;
      case 403 -> GrpcStatus.PERMISSION_DENIED.code;
      case 503 -> GrpcStatus.UNAVAILABLE.code;
      default -> GrpcStatus.INVALID_ARGUMENT.code;
    };
  }
}
