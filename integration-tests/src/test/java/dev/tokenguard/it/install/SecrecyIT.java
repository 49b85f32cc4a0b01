package dev.tokenguard.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No token is written to Redis, to the log at any level of ours, to events or error answers. */
class SecrecyIT extends LabTest {

  @Test
  void given_every_kind_of_answer_then_no_part_of_a_token_is_written_anywhere() {
    User user = lab.user();
    List<String> answers = new ArrayList<>();
    List<String> tokens = new ArrayList<>();
    for (OidcClient client :
        List.of(
            lab.clientWith("grace-period", "0"),
            lab.clientWith("grace-period", "60"),
            lab.clientWith("mode", "observe", "grace-period", "0"),
            lab.clientWith("max-refreshes-per-minute", "1"),
            lab.clientWith("max-rotations", "1"),
            lab.clientWith("bind-to", "user-agent"))) {
      Answer login = user.logIn(client, "offline_access");
      Answer next = client.refresh(login.refreshToken()).orFail();
      tokens.addAll(List.of(login.refreshToken(), next.refreshToken(), next.accessToken()));
      for (Answer answer :
          List.of(
              client.refresh(next.refreshToken()),
              client.refresh(login.refreshToken()),
              client.withHeader("User-Agent", "thief").refresh(next.refreshToken()),
              client.revoke(next.refreshToken()),
              client.refresh(next.refreshToken()))) {
        if (!answer.isOk()) {
          answers.add(answer.body().toString());
        } else if (!answer.refreshToken().isEmpty()) {
          tokens.addAll(List.of(answer.refreshToken(), answer.accessToken()));
        }
      }
    }
    lab.admin().resetPassword(user.id(), Lab.PASSWORD).orFail();
    lab.disconnectRedis();
    Answer unavailable = lab.clientWith("grace-period", "0").refresh(tokens.get(1));
    lab.reconnectRedis();
    answers.add(unavailable.body().toString());

    String everything =
        String.join("\n", answers)
            + lab.keycloak().log().text()
            + lab.redis().log().text()
            + redisContent()
            + lab.admin().events("REFRESH_TOKEN")
            + lab.admin().events("REFRESH_TOKEN_ERROR")
            + lab.admin().events("REVOKE_GRANT");

    assertThat(everything).contains(user.id());
    for (String token : tokens) {
      // Payload and signature; the header is the same for all tokens of a key.
      String[] parts = token.split("\\.");
      for (String part : List.of(parts[1].substring(0, 40), parts[2].substring(0, 40), parts[2])) {
        assertThat(everything.contains(part)).as(part).isFalse();
      }
    }
  }

  private static String redisContent() {
    return lab.redisClient().keys("*").stream()
        .map(key -> key + contentOf(key))
        .collect(Collectors.joining("\n"));
  }

  private static Object contentOf(String key) {
    return switch (lab.redisClient().type(key)) {
      case "hash" -> lab.redisClient().hgetAll(key);
      case "string" -> lab.redisClient().get(key);
      case "stream" -> lab.redisClient().xrange(key, "-", "+");
      default -> throw new AssertionError("an unexpected type at " + key);
    };
  }
}
