package dev.tokenguard.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.gateway.http.ExtAuthz;
import dev.tokenguard.gateway.http.ForwardAuth;
import dev.tokenguard.gateway.http.GatewayMetrics;
import dev.tokenguard.gateway.token.Authorizer;
import dev.tokenguard.gateway.token.Decision;
import dev.tokenguard.gateway.token.Decision.Outcome;
import dev.tokenguard.gateway.token.SigningKeys;
import dev.tokenguard.gateway.token.TokenValidator;
import dev.tokenguard.gateway.token.TokenVerifier;
import dev.tokenguard.gateway.token.UpstreamHeaders;
import dev.tokenguard.testbed.Await;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the service does if its own code fails. */
class DefectTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.ES256);

  private final Vertx vertx = Vertx.vertx();
  private final TestIssuer issuer = new TestIssuer();
  private final SigningKeys keys = keys();
  private final GatewayMetrics metrics = new GatewayMetrics();

  @BeforeEach
  void readKeys() {
    keys.refreshIfDue();
    Await.until("the JWK Set", PATIENCE, keys::isUsable);
  }

  @AfterEach
  void stop() {
    vertx.close().await();
    metrics.close();
    issuer.close();
  }

  @Test
  void given_a_check_that_throws_then_the_outcome_is_not_that_of_a_check_that_is_slow()
      throws Exception {
    Decision thrown =
        decide(
            claims -> {
              throw new IllegalStateException("a defect");
            });
    Decision slow = decide(claims -> new CompletableFuture<>());

    assertThat(thrown.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(thrown.outcome().id()).isEqualTo("failed");
    assertThat(thrown.status()).isEqualTo(503);
    assertThat(slow.outcome()).isEqualTo(Outcome.TIMED_OUT);
  }

  @Test
  void given_a_header_that_http_does_not_allow_then_503() throws Exception {
    Authorizer authorizer = accepting(new UpstreamHeaders(Map.of("X-Token\r\nX-Admin", "sub")));
    int port = listen(new ForwardAuth(authorizer, metrics));

    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + ForwardAuth.PATH))
                    .header("Authorization", "Bearer " + issuer.token())
                    .timeout(PATIENCE)
                    .build(),
                BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(response.headers().firstValue("X-Admin")).isEmpty();
  }

  @Test
  void given_a_header_that_protocol_buffers_do_not_allow_then_503() throws Exception {
    Authorizer authorizer =
        accepting(new UpstreamHeaders(Collections.singletonMap((String) null, "sub")));
    int port = listen(new ExtAuthz(authorizer, metrics).server(vertx));

    CheckResponse response =
        ExtAuthzTest.check(vertx, port, ExtAuthzTest.withToken(issuer.token()));

    assertThat(response.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
  }

  private int listen(Handler<HttpServerRequest> requests) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(requests)
        .listen(0, "127.0.0.1")
        .await(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .actualPort();
  }

  private Authorizer accepting(UpstreamHeaders headers) {
    return authorizer(
        claims -> CompletableFuture.completedStage(new Verdict.Active()), headers, PATIENCE);
  }

  private Decision decide(Function<TokenClaims, CompletionStage<Verdict>> revocations)
      throws Exception {
    return authorizer(revocations, new UpstreamHeaders(Map.of()), Duration.ofMillis(1))
        .decide(List.of("Bearer " + issuer.token()), Set.of())
        .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private Authorizer authorizer(
      Function<TokenClaims, CompletionStage<Verdict>> revocations,
      UpstreamHeaders headers,
      Duration time) {
    return new Authorizer(
        new TokenValidator(ALGORITHMS, Map.of(issuer.issuer(), keys)),
        revocations,
        headers,
        BearerChallenge.ofRealm("api"),
        Set.of(),
        new Authorizer.Limits(8192, 1, time));
  }

  private SigningKeys keys() {
    try {
      return new SigningKeys(
          URI.create(issuer.issuer() + "/protocol/openid-connect/certs").toURL(),
          new SigningKeys.Times(Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO),
          set -> new TokenVerifier(ALGORITHMS, issuer.issuer(), Set.of(TestIssuer.AUDIENCE), set),
          vertx.createSharedWorkerExecutor("jwks", 1),
          Clock.systemUTC(),
          System::nanoTime);
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
