package dev.tokenguard.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcReadStream;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Envoy can send, and a gateway with HTTP cannot. */
class ExtAuthzTest {

  private static final ServiceMethod<CheckResponse, CheckRequest> CHECK =
      ServiceMethod.client(
          ServiceName.create("envoy.service.auth.v3", "Authorization"),
          "Check",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(CheckResponse.getDefaultInstance()));

  private static final TestIssuer ISSUER = new TestIssuer();
  private static final TestService SERVICE = new TestService(ISSUER);
  private static final Vertx VERTX = Vertx.vertx();

  @BeforeAll
  static void start() {
    SERVICE.start();
  }

  @AfterAll
  static void stop() {
    SERVICE.close();
    ISSUER.close();
    VERTX.close().await();
  }

  @Test
  void given_a_valid_token_then_ok_with_headers_to_set_and_the_others_to_remove() throws Exception {
    String token = ISSUER.sign(ISSUER.claims().claim("scope", null).build());

    CheckResponse response =
        check(HttpRequest.newBuilder().putHeaders("authorization", "Bearer " + token));

    assertThat(response.getStatus().getCode()).isZero();
    assertThat(headers(response.getOkResponse().getHeadersList()))
        .isEqualTo(Map.of("x-token-subject", "user-1", "x-token-client", "app"));
    assertThat(response.getOkResponse().getHeadersToRemoveList()).containsExactly("x-token-scope");
  }

  @Test
  void given_raw_headers_then_two_tokens_are_refused_and_one_is_not() throws Exception {
    HeaderValue header =
        HeaderValue.newBuilder()
            .setKey("Authorization")
            .setRawValue(ByteString.copyFromUtf8("Bearer " + ISSUER.token()))
            .build();

    CheckResponse one =
        check(HttpRequest.newBuilder().setHeaderMap(HeaderMap.newBuilder().addHeaders(header)));
    CheckResponse two =
        check(
            HttpRequest.newBuilder()
                .setHeaderMap(HeaderMap.newBuilder().addHeaders(header).addHeaders(header)));

    assertThat(one.hasOkResponse()).isTrue();
    assertThat(two.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(400);
  }

  @Test
  void given_headers_that_envoy_has_joined_then_they_are_no_token() throws Exception {
    String bearer = "Bearer " + ISSUER.token();

    CheckResponse response =
        check(HttpRequest.newBuilder().putHeaders("authorization", bearer + "," + bearer));

    assertThat(response.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(401);
    assertThat(headers(response.getDeniedResponse().getHeadersList()).get("www-authenticate"))
        .contains("error=\"invalid_token\"");
  }

  @Test
  void given_a_scope_of_the_route_then_a_token_without_it_is_403() throws Exception {
    AttributeContext.Builder attributes = withToken(ISSUER.token());

    assertThat(check(attributes.putContextExtensions("scope", "orders:read")).hasOkResponse())
        .isTrue();
    assertThat(
            check(attributes.putContextExtensions("scope", "orders:write"))
                .getDeniedResponse()
                .getStatus()
                .getCodeValue())
        .isEqualTo(403);
  }

  @Test
  void given_a_scope_of_the_route_that_no_token_can_have_then_400() throws Exception {
    AttributeContext.Builder attributes = withToken(ISSUER.token());

    CheckResponse response = check(attributes.putContextExtensions("scope", "orders\", error=\"x"));

    assertThat(response.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(400);
    assertThat(headers(response.getDeniedResponse().getHeadersList()).get("www-authenticate"))
        .contains("error=\"invalid_request\"")
        .doesNotContain("orders");
  }

  private static CheckResponse check(HttpRequest.Builder request) throws Exception {
    return check(attributes(request));
  }

  private static AttributeContext.Builder attributes(HttpRequest.Builder request) {
    return AttributeContext.newBuilder()
        .setRequest(AttributeContext.Request.newBuilder().setHttp(request));
  }

  static AttributeContext.Builder withToken(String token) {
    return attributes(HttpRequest.newBuilder().putHeaders("authorization", "Bearer " + token));
  }

  private static CheckResponse check(AttributeContext.Builder attributes) throws Exception {
    return check(VERTX, SERVICE.port(), attributes);
  }

  static CheckResponse check(Vertx vertx, int port, AttributeContext.Builder attributes)
      throws Exception {
    CheckRequest request = CheckRequest.newBuilder().setAttributes(attributes).build();
    return GrpcClient.client(vertx)
        .request(SocketAddress.inetSocketAddress(port, "127.0.0.1"), CHECK)
        .compose(call -> call.send(request))
        .compose(GrpcReadStream::last)
        .await(20, TimeUnit.SECONDS);
  }

  private static Map<String, String> headers(List<HeaderValueOption> options) {
    return options.stream()
        .collect(Collectors.toMap(it -> it.getHeader().getKey(), it -> it.getHeader().getValue()));
  }
}
