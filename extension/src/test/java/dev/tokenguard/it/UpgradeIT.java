package dev.tokenguard.it;

import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A node that has not been updated yet meets what a newer one has written. */
class UpgradeIT extends LabTest {

  private static final int UNAVAILABLE = 503;

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "60");

  @Test
  void given_a_newer_record_when_its_token_is_refreshed_then_the_user_is_told_to_come_back() {
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();
    Map<String, String> ours = lab.stateOf(user);
    Map<String, String> newer = newer(ours);
    lab.redisClient().hset(lab.keyOf(user), newer);

    for (Answer held : new Answer[] {next, login}) {
      Answer refused = client.refresh(held.refreshToken());

      assertThat(refused.status()).isEqualTo(UNAVAILABLE);
      assertThat(refused.error()).isEqualTo("temporarily_unavailable");
      assertThat(refused.headers().firstValueAsLong("Retry-After")).isPresent();
    }
    assertThat(lab.stateOf(user)).isEqualTo(newer);
    Family.assertAlive(client, next);

    // As at a node that reads it.
    lab.redisClient().hset(lab.keyOf(user), ours);
    assertThat(generation(client.refresh(next.refreshToken()).orFail())).isEqualTo(2);
  }

  @Test
  void given_a_newer_record_when_the_user_logs_in_again_then_that_works() {
    user.logIn(client);
    lab.redisClient().hset(lab.keyOf(user), newer(lab.stateOf(user)));

    Answer again = user.logIn(client);

    assertThat(generation(client.refresh(again.refreshToken()).orFail())).isEqualTo(1);
  }

  @Test
  void given_a_newer_record_when_the_families_are_listed_then_the_list_is_unavailable() {
    user.logIn(client);
    lab.redisClient().hset(lab.keyOf(user), newer(lab.stateOf(user)));

    Answer list = lab.admin().get("/token-guard/users/" + user.id() + "/families");

    assertThat(list.status()).isEqualTo(UNAVAILABLE);
  }

  /** The same by the next number. */
  private static Map<String, String> newer(Map<String, String> state) {
    return state.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, UpgradeIT::newer));
  }

  private static String newer(Map.Entry<String, String> field) {
    boolean hasVersion = field.getKey().startsWith("f:");
    return hasVersion ? field.getValue().replaceFirst("^1,", "2,") : field.getValue();
  }
}
