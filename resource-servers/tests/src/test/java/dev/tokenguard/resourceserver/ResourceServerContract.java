package dev.tokenguard.resourceserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.Stack.User;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.server.TcpProxy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The scenarios of an API that checks access tokens, for its example application. */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class ResourceServerContract {

  static final Duration PATIENCE = Duration.ofSeconds(10);

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private final Map<Map<String, String>, ExampleServer> servers = new LinkedHashMap<>();

  protected Stack stack;

  /** The command of the example; skips the test if the machine lacks what it needs. */
  public abstract Command command();

  /** Whether the integration can keep results for a time. */
  public boolean hasCache() {
    return true;
  }

  /** Whether the integration distinguishes an expired token from other invalid ones. */
  protected boolean describesExpiry() {
    return true;
  }

  @BeforeAll
  void start() {
    Command command = command();
    assertThat(command.directory()).isDirectory();
    stack = Stack.shared();
    LOGS.watch(stack.keycloak().log());
  }

  @AfterAll
  protected void stop() {
    servers.values().forEach(ExampleServer::close);
  }

  /** The example with changed environment variables; started once. */
  public final ExampleServer api(String... changes) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (int index = 0; index < changes.length; index += 2) {
      environment.put(changes[index], changes[index + 1]);
    }
    return servers.computeIfAbsent(
        environment,
        key -> {
          ExampleServer server = ExampleServer.start(stack, command(), key);
          LOGS.watch(server.log());
          return server;
        });
  }

  @Test
  void given_a_valid_token_then_200() {
    assertAccepted(api().get(login().accessToken()));
  }

  @Test
  void given_no_token_then_the_challenge_has_no_error() {
    HttpResponse<String> response = api().getWithoutToken();

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(challenge(response)).startsWith("Bearer").doesNotContain("error");
  }

  @Test
  void given_a_token_with_another_signature_then_it_is_invalid() {
    String token = login().accessToken();
    String[] parts = token.split("\\.");
    String signature = login().accessToken().split("\\.")[2];

    assertInvalid(api().get(parts[0] + "." + parts[1] + "." + signature));
    assertInvalid(api().get("garbage"));
  }

  /** Its audience is the API, as for an API that is a client with logins of its own. */
  @Test
  void given_an_id_token_for_the_api_then_it_is_invalid() {
    assertInvalid(api().get(login().idToken()));
  }

  /** What an access token is bound to; whoever stole the token has neither. */
  enum Binding {
    /** RFC 9449, section 7.1. */
    DPOP("jkt", Stack::dpopClient),
    /** RFC 8705, section 3. */
    CERTIFICATE("x5t#S256", Stack::mtlsClient);

    private final String confirmation;
    private final Function<Stack, OidcClient> client;

    Binding(String confirmation, Function<Stack, OidcClient> client) {
      this.confirmation = confirmation;
      this.client = client;
    }
  }

  @ParameterizedTest
  @EnumSource
  void given_a_bound_token_when_it_is_presented_as_a_bearer_token_then_it_is_invalid(
      Binding binding) {
    String token = stack.user().logIn(binding.client.apply(stack)).accessToken();
    assertThat(Jwt.claims(token).path("cnf").has(binding.confirmation)).isTrue();

    assertInvalid(api().get(token));
  }

  record Revocation(String scope, Consumer<Case> action) {
    @Override
    public String toString() {
      return scope;
    }
  }

  record Case(Stack stack, User user, Answer login) {}

  static Stream<Revocation> revocations() {
    return Stream.of(
        new Revocation("token", it -> it.stack.client().revoke(it.login.accessToken()).orFail()),
        new Revocation("session", it -> it.stack.client().logout(it.login.refreshToken()).orFail()),
        new Revocation("user", it -> it.stack.admin().logoutUser(it.user.id()).orFail()));
  }

  @ParameterizedTest
  @MethodSource("revocations")
  void given_a_revocation_then_the_next_request_is_refused_and_others_are_not(Revocation kind) {
    User user = stack.user();
    Answer login = user.logIn(stack.client());
    Answer other = login();
    assertAccepted(api().get(login.accessToken()));

    kind.action().accept(new Case(stack, user, login));

    assertRevoked(api().get(login.accessToken()));
    assertAccepted(api().get(other.accessToken()));
  }

  @Test
  void given_an_expired_token_then_the_challenge_differs_from_that_of_a_revoked_one() {
    Answer login = acceptedQuickLogin();
    Instant expiry = Instant.ofEpochSecond(claims(login).path("exp").asLong());
    Await.until("the expiry", PATIENCE, () -> Instant.now().isAfter(expiry.plusMillis(50)));

    HttpResponse<String> response = api().get(login.accessToken());

    assertInvalid(response);
    assertThat(challenge(response)).doesNotContain("revoked");
    if (describesExpiry()) {
      assertThat(challenge(response).toLowerCase()).contains("expired");
    }
  }

  /** Its token is valid for a second or two: a busy machine may need several attempts. */
  private Answer acceptedQuickLogin() {
    User user = stack.user();
    AtomicReference<Answer> login = new AtomicReference<>();
    Await.until(
        "a response before the expiry",
        PATIENCE,
        () -> {
          login.set(user.logIn(stack.quickClient()));
          return api().get(login.get().accessToken()).statusCode() == 200;
        });
    return login.get();
  }

  enum Outage {
    NO_CONNECTION(TcpProxy::reset),
    NO_RESPONSE(TcpProxy::swallowAll);

    private final Consumer<TcpProxy> begin;

    Outage(Consumer<TcpProxy> begin) {
      this.begin = begin;
    }
  }

  @ParameterizedTest
  @EnumSource
  void given_an_outage_of_redis_then_503_until_it_is_over(Outage outage) {
    ExampleServer api = api();
    Answer login = login();
    assertAccepted(api.get(login.accessToken()));

    api.during(outage.begin, () -> assertUnavailable(api.get(login.accessToken())));
    awaitStatus(200, api, login);
  }

  @Test
  void given_all_of_this_then_the_log_of_the_api_has_no_token() {
    Answer login = login();
    assertAccepted(api().get(login.accessToken()));
    stack.client().logout(login.refreshToken()).orFail();
    assertRevoked(api().get(login.accessToken()));

    assertThat(login.accessToken().split("\\."))
        .filteredOn(part -> !part.equals(login.accessToken().split("\\.")[0]))
        .noneMatch(api().log().text()::contains);
  }

  static Answer login() {
    return Stack.shared().user().logIn(Stack.shared().client());
  }

  static JsonNode claims(Answer login) {
    return Jwt.claims(login.accessToken());
  }

  static void awaitStatus(int status, ExampleServer api, Answer login) {
    Await.until(
        "status " + status, PATIENCE, () -> api.get(login.accessToken()).statusCode() == status);
  }

  static void assertAccepted(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(200);
  }

  static void assertRevoked(HttpResponse<String> response) {
    assertInvalid(response);
    assertThat(challenge(response)).contains("The access token was revoked");
  }

  /** RFC 6750, section 3.1. */
  static void assertInvalid(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(challenge(response)).startsWith("Bearer").contains("error=\"invalid_token\"");
  }

  /** Not a failure of the token: the client must not discard it. */
  static void assertUnavailable(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
  }

  private static String challenge(HttpResponse<String> response) {
    return String.join(", ", response.headers().allValues("WWW-Authenticate"));
  }
}
