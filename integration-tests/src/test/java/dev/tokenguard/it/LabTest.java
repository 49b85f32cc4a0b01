package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.Answer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test on the shared servers. */
public abstract class LabTest {

  @RegisterExtension protected static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  protected static Lab lab;

  @BeforeAll
  static void start() {
    lab = Lab.shared();
    LOGS.watch(lab.keycloak().log());
  }

  /** Resource servers that look up Redis only refuse the access tokens. */
  protected static void assertListed(Answer... answers) {
    for (Answer each : answers) {
      String key = "tg:at:" + Tokens.accessTokenId(each);
      assertThat(lab.redisClient().exists(key)).as(key).isTrue();
    }
  }
}
