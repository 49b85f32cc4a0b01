package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A blacklist entry lives as long as any access token that it must cover. */
class LifespanIT extends TriggerTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void given_a_lifespan_of_the_session_when_it_is_logged_out_then_the_entry_lives_as_long() {
    String id = "forever-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    lab.admin().setClientAttribute(id, "access.token.lifespan", "-1");
    Answer login = user.logIn(app);
    assertThat(left(login)).isGreaterThan(Duration.ofHours(1).toSeconds());

    app.logout(login.refreshToken()).orFail();

    assertCovered("tg:sid:" + Family.session(login), login);
  }

  @Test
  void given_a_lifespan_of_the_session_when_a_password_is_reset_then_the_entry_lives_as_long() {
    String id = "forever-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    lab.admin().setClientAttribute(id, "access.token.lifespan", "-1");
    Answer login = user.logIn(app);

    lab.admin().resetPassword(user.id(), "another horse").orFail();

    assertCovered("tg:sub:" + user.id(), login);
    assertCovered("tg:sid:" + Family.session(login), login);
  }

  /** The client's setting is gone by the time of the logout; what was issued counts. */
  @Test
  void given_a_lifespan_that_is_lowered_when_it_is_logged_out_then_the_entry_lives_as_long() {
    String id = "lowered-" + UUID.randomUUID();
    OidcClient app = ownClient(id);
    lab.admin().setClientAttribute(id, "access.token.lifespan", "20000");
    Answer login = user.logIn(app);
    lab.admin().setClientAttribute(id, "access.token.lifespan", "60");

    app.logout(login.refreshToken()).orFail();

    assertCovered("tg:sid:" + Family.session(login), login);
  }

  private static void assertCovered(String key, Answer login) {
    Await.until(key, SOON, () -> lab.redisClient().ttl(key) > 0);
    assertThat(lab.redisClient().ttl(key)).isGreaterThanOrEqualTo(left(login) - 5);
  }

  private static long left(Answer login) {
    return Jwt.claims(login.accessToken()).path("exp").asLong() - Instant.now().getEpochSecond();
  }
}
