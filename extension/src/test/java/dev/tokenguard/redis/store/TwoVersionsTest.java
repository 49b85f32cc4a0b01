package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.Children;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.TestClock;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Nodes of two versions on one Redis, as during an update of one node after the other. The scripts
 * of two versions differ, so Redis knows each by a hash of its own: here those of the test's clock
 * do.
 */
final class TwoVersionsTest {

  private final TestClock clock = TestClock.startedAt(Instant.now());
  private final Login login = Login.at(clock);
  private FamilyStore older;
  private FamilyStore newer;
  private Redis connection;

  @BeforeEach
  void open() {
    older = TestRedis.emptyStore(clock);
    connection = TestRedis.open(new RecordedTelemetry());
    newer = TestRedis.store(connection);
    JEDIS.scriptFlush("any");
  }

  @AfterEach
  void close() {
    connection.close();
  }

  @Test
  void whenAFamilyIsRefreshedAtOneAndTheOther_thenItIsOneLine() {
    older.begin(login.begin(clock), Policies.DEFAULT);
    for (long generation = 0; generation < 10; generation += 2) {
      assertRotated(older, generation);
      assertRotated(newer, generation + 1);
    }
    // Neither has pushed the other's scripts out of Redis.
    assertThat(JEDIS.info("memory")).contains("number_of_cached_scripts:3");
  }

  @Test
  void whenATokenComesBackAtTheOther_thenItGetsTheSameChildInGraceAndIsCaughtLater() {
    Rotated first = assertRotated(newer, 0);

    Replayed replayed = (Replayed) present(older, 0);
    assertThat(replayed.child()).isEqualTo(Children.again(first.child(), 1));
    assertRotated(older, 1);
    assertThat(present(newer, 0)).isInstanceOf(Reused.class);
    assertThat(present(older, 2)).isInstanceOf(Revoked.class);
  }

  @Test
  void whenOneRevokes_thenTheOtherRefuses() {
    assertRotated(older, 0);
    long until = clock.second() + Login.REMEMBERED;
    newer.revoke(Revocations.ofFamily(login.user(), login.family(), until));

    assertThat(present(older, 1)).isInstanceOf(Revoked.class);
    assertThat(newer.find(login.user())).isEqualTo(older.find(login.user())).hasSize(1);
  }

  private RefreshDecision present(FamilyStore store, long generation) {
    return store.rotate(login.refresh(generation, clock), Policies.DEFAULT, it -> false);
  }

  private Rotated assertRotated(FamilyStore store, long generation) {
    RefreshDecision outcome = present(store, generation);
    assertThat(outcome).isInstanceOf(Rotated.class);
    return (Rotated) outcome;
  }
}
