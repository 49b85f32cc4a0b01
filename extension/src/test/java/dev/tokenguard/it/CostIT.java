package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.Answer;
import dev.tokenguard.testbed.OidcClient;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One command for a refresh, whatever it leads to. */
class CostIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final Pattern CALLS = Pattern.compile("cmdstat_(eval|evalsha):calls=(\\d+)");

  private static Lab lab;

  @BeforeAll
  static void start() {
    lab = Lab.shared();
    LOGS.watch(lab.keycloak().log());
  }

  @Test
  void given_refreshes_and_replays_then_each_is_one_redis_command() {
    OidcClient client = lab.clientWith("grace-period", "60", "grace-max-replays", "0");
    User user = lab.user();
    Answer current = client.refresh(user.logIn(client).refreshToken()).orFail();
    long before = scriptCalls();

    for (int round = 0; round < 5; round++) {
      Answer next = client.refresh(current.refreshToken()).orFail();
      client.refresh(current.refreshToken()).orFail();
      current = next;
    }

    assertThat(scriptCalls() - before).isEqualTo(10);
  }

  private static long scriptCalls() {
    long calls = 0;
    Matcher stats = CALLS.matcher(lab.redisClient().info("commandstats"));
    while (stats.find()) {
      calls += Long.parseLong(stats.group(2));
    }
    return calls;
  }
}
