package dev.tokenguard.resourceserver.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import dev.tokenguard.resourceserver.ExampleServer;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.ResourceServerContract;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.process.WorkFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The scenarios of an API behind a gateway that uses the verdict service. */
abstract class GatewayContract extends ResourceServerContract {

  private static final Path HOME = Path.of("../gateway");

  private final ApiBehind behind = new ApiBehind();
  private final List<WorkFolder> folders = new ArrayList<>();

  /** The word for {@code example/run}; skips the test if the machine lacks the gateway. */
  protected abstract List<String> gateway();

  @Override
  public final Command command() {
    List<String> gateway = gateway();
    WorkFolder folder = folder();
    List<String> words = new ArrayList<>(List.of("bash", "example/run", gateway.get(0)));
    words.add(Integer.toString(behind.port()));
    words.add(Integer.toString(LoopbackPort.free()));
    words.add(Integer.toString(LoopbackPort.free()));
    words.add(folder.path().toString());
    words.add("-XX:TieredStopAtLevel=1");
    words.addAll(gateway.subList(1, gateway.size()));
    return new Command(HOME, words);
  }

  /** Where a gateway can read that has given up the rights of root. */
  private WorkFolder folder() {
    try {
      WorkFolder folder = new WorkFolder(Files.createTempDirectory("gateway-"));
      folders.add(folder);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterAll
  void stopTheApi() {
    stop();
    behind.close();
    folders.forEach(WorkFolder::delete);
  }

  @Test
  void given_a_valid_token_then_the_api_gets_its_claims_and_not_those_that_the_client_pretends() {
    Answer login = stack.user().logIn(stack.client());
    String token = "Bearer " + login.accessToken();

    HttpResponse<String> response =
        api()
            .send(
                "/orders",
                "Authorization",
                token,
                "X-Token-Subject",
                "somebody-else",
                "x-token-client",
                "another-app",
                "X-Token-Scope",
                "admin");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("[]");
    Headers headers = lastRequest();
    assertThat(headers.get("X-Token-Subject"))
        .containsExactly(Jwt.claims(login.accessToken()).path("sub").asText());
    assertThat(headers.get("X-Token-Client")).containsExactly("orders-app");
    assertThat(headers.get("X-Token-Scope"))
        .containsExactly(Jwt.claims(login.accessToken()).path("scope").asText());
    assertThat(headers.get("Authorization")).containsExactly(token);
  }

  @Test
  void given_a_refusal_then_the_api_gets_no_request() {
    int before = behind.requests().size();

    api().getWithoutToken();
    api().get("garbage");

    assertThat(behind.requests()).hasSize(before);
  }

  @Test
  void given_two_tokens_then_the_request_is_refused() {
    String token = "Bearer " + stack.user().logIn(stack.client()).accessToken();
    int before = behind.requests().size();

    HttpResponse<String> response =
        api().send("/orders", "Authorization", token, "Authorization", "Bearer other");

    assertThat(response.statusCode()).isIn(400, 401);
    assertThat(behind.requests()).hasSize(before);
  }

  @Test
  void given_a_failure_of_the_api_itself_then_the_client_gets_it_unchanged() {
    String token = "Bearer " + stack.user().logIn(stack.client()).accessToken();

    assertThat(api().send("/orders/broken", "Authorization", token).statusCode()).isEqualTo(500);
    HttpResponse<String> forbidden = api().send("/orders/private", "Authorization", token);
    assertThat(forbidden.statusCode()).isEqualTo(403);
    assertThat(forbidden.headers().firstValue("WWW-Authenticate")).isEmpty();
  }

  @Test
  void given_a_missing_scope_then_403_with_the_scope() {
    ExampleServer api = api("TOKEN_GUARD_REQUIRED_SCOPE", "orders");

    HttpResponse<String> response = api.get(stack.user().logIn(stack.client()).accessToken());

    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"orders\"");
  }

  @Test
  void given_a_scope_in_the_query_of_the_client_then_the_token_does_not_need_it() {
    String token = "Bearer " + stack.user().logIn(stack.client()).accessToken();

    HttpResponse<String> response =
        api().send("/orders?scope=admin%22&x=%0D%0A", "Authorization", token);

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void given_no_verdict_service_then_503() {
    HttpResponse<String> response =
        api("VERDICT", "off").get(stack.user().logIn(stack.client()).accessToken());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
  }

  private Headers lastRequest() {
    return behind.requests().get(behind.requests().size() - 1);
  }
}
