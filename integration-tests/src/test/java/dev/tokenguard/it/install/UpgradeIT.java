package dev.tokenguard.it.install;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** During a rolling upgrade, a node that is not updated yet reads what a newer one has written. */
class UpgradeIT extends LabTest {

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "60");

  @Test
  void given_a_record_of_a_newer_version_then_a_refresh_gets_503_and_a_login_works() {
    Answer login = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();
    Map<String, String> ours = lab.stateOf(user);
    Map<String, String> newer = new LinkedHashMap<>(ours);
    newer.replaceAll(
        (field, value) -> field.startsWith("f:") ? value.replaceFirst("^1,", "2,") : value);
    assertThat(newer).isNotEqualTo(ours);
    lab.redisClient().hset(lab.keyOf(user), newer);

    for (Answer each : List.of(next, login)) {
      Answer refused = client.refresh(each.refreshToken());

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.error()).isEqualTo("temporarily_unavailable");
      assertThat(refused.headers().firstValueAsLong("Retry-After")).isPresent();
    }
    assertThat(lab.stateOf(user)).isEqualTo(newer);
    assertActive(client, next);
    String families = "/token-guard/users/" + user.id() + "/families";
    assertThat(lab.admin().get(families).status()).isEqualTo(503);
    Answer again = user.logIn(client);
    assertThat(generation(client.refresh(again.refreshToken()).orFail())).isEqualTo(1);

    // As at a node of the newer version.
    lab.redisClient().hset(lab.keyOf(user), ours);
    assertThat(generation(client.refresh(next.refreshToken()).orFail())).isEqualTo(2);
  }
}
