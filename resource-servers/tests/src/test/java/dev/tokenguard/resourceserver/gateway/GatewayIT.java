package dev.tokenguard.resourceserver.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.resourceserver.CheckerContract;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.process.Commands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The verdict service behind nginx, by auth_request. */
class GatewayIT extends GatewayContract implements CheckerContract {

  @Override
  protected List<String> gateway() {
    assumeTrue(
        Commands.executable("nginx", "/usr/sbin").isPresent(),
        "There is no nginx here: apt-get install nginx");
    return List.of("nginx");
  }

  @Test
  void given_a_new_key_of_the_realm_then_its_tokens_are_accepted_without_a_restart() {
    Answer before = stack.user().logIn(stack.client());
    assertThat(api().get(before.accessToken()).statusCode()).isEqualTo(200);
    String location =
        stack
            .admin()
            .post(
                "/components",
                Map.of(
                    "name", "newer",
                    "providerId", "rsa-generated",
                    "providerType", "org.keycloak.keys.KeyProvider",
                    "config", Map.of("priority", List.of("1000"))))
            .orFail()
            .headers()
            .firstValue("Location")
            .orElseThrow();
    try {
      Answer after = stack.user().logIn(stack.client());
      assertThat(header(after)).isNotEqualTo(header(before));

      Await.until(
          "the new key",
          Duration.ofSeconds(10),
          () -> api().get(after.accessToken()).statusCode() == 200);
      assertThat(api().get(before.accessToken()).statusCode()).isEqualTo(200);
    } finally {
      String id = location.substring(location.lastIndexOf('/') + 1);
      stack.admin().delete("/components/" + id).orFail();
    }
  }

  /** The header has the id of the key. */
  private static String header(Answer login) {
    return login.accessToken().split("\\.")[0];
  }

  @Test
  void given_a_refresh_token_then_it_is_no_access_token() {
    Answer login = stack.user().logIn(stack.client());

    assertThat(api().get(login.refreshToken()).statusCode()).isEqualTo(401);
  }
}
