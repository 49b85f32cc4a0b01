package dev.tokenguard.resourceserver.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.resourceserver.ExampleServer;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.Stack;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.Answer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code quarkus.http.auth.proactive=false}: other code handles the failures of authentication. */
class QuarkusLazyAuthenticationIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  @Test
  void given_lazy_authentication_then_the_responses_are_the_same() {
    Command command =
        Command.ofJava(
            Path.of("../quarkus/example"), "-jar", "target/quarkus-app-lazy/quarkus-run.jar");
    Stack stack = Stack.shared();
    Answer valid = stack.user().logIn(stack.client());
    Answer revoked = stack.user().logIn(stack.client());
    stack.client().logout(revoked.refreshToken()).orFail();
    try (ExampleServer api = ExampleServer.start(stack, command, Map.of())) {
      LOGS.watch(api.log());

      assertThat(api.get(valid.accessToken()).statusCode()).isEqualTo(200);
      assertThat(challenge(api.getWithoutToken())).isEqualTo("Bearer realm=\"orders\"");
      assertThat(challenge(api.get(revoked.accessToken())))
          .isEqualTo(
              "Bearer realm=\"orders\", error=\"invalid_token\","
                  + " error_description=\"The access token was revoked\"");
      api.redis().reset();
      HttpResponse<String> unavailable = api.get(valid.accessToken());
      assertThat(unavailable.statusCode()).isEqualTo(503);
      assertThat(unavailable.headers().firstValue("Retry-After")).contains("1");
      assertThat(unavailable.headers().firstValue("WWW-Authenticate")).isEmpty();
    }
  }

  private static String challenge(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(401);
    return response.headers().firstValue("WWW-Authenticate").orElse("");
  }
}
