package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No token text in Redis, in the log at any level of ours, in events or in error answers. */
class SecrecyIT extends LabTest {

  @Test
  void given_a_story_with_every_kind_of_answer_then_no_part_of_a_token_is_found_anywhere() {
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
    lab.redis().pause();
    Answer unavailable = lab.clientWith("grace-period", "0").refresh(tokens.get(1));
    lab.resumeRedis();
    answers.add(unavailable.body().toString());

    String everything =
        String.join("\n", answers)
            + lab.keycloak().log().text()
            + lab.redis().log()
            + redisContent()
            + lab.admin().events("REFRESH_TOKEN")
            + lab.admin().events("REFRESH_TOKEN_ERROR")
            + lab.admin().events("REVOKE_GRANT");

    assertThat(everything).contains(user.id());
    for (String token : tokens) {
      for (String part : secretPartsOf(token)) {
        assertThat(everything.contains(part)).as(part).isFalse();
      }
    }
  }

  /** Payload and signature; the header is the same for all tokens of a key. */
  private static List<String> secretPartsOf(String token) {
    String[] parts = token.split("\\.");
    return List.of(parts[1].substring(0, 40), parts[2].substring(0, 40), parts[2]);
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
