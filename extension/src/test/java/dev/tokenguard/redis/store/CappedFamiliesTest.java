package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Redis keeps of the families of a user who logs in again and again. */
final class CappedFamiliesTest {

  private static final RotationPolicy FIVE = Policies.with("max-families-per-user-and-client", 5);
  private static final int FIELDS = 3;

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final FamilyStore store = TestRedis.emptyStore(clock);
  private final RedisKeys keys = new RedisKeys(TestRedis.PREFIX);
  private final String key = keys.user(login.user());

  private void logIn(Login one) {
    store.begin(one.begin(clock), FIVE);
    clock.advance(Duration.ofSeconds(10));
  }

  @Test
  void givenALimit_whenAUserLogsInTwentyThousandTimes_thenTheHashStaysSmall() {
    long recorded = (Login.ACCESS_TOKEN_LIFESPAN + 60) / 10 + 5;
    long most = 0;
    for (int number = 0; number < 20_000; number++) {
      logIn(login.asFamily("login " + number));
      most = number % 50 == 0 ? Math.max(most, JEDIS.hlen(key)) : most;
    }
    assertThat(most).isBetween(FIELDS * recorded, 2 * FIELDS * recorded);
    assertThat(JEDIS.hlen(key)).isLessThanOrEqualTo(2 * FIELDS * recorded);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void givenItsRecordIsGone_whenACappedTokenIsPresented_thenItIsRevoked(boolean isOffline) {
    Login first = isOffline ? login.offline() : login;
    long begun = clock.second();
    logIn(first);
    store.rotate(first.refresh(0, clock), FIVE, it -> false);
    long refreshed = clock.second();
    long end = JEDIS.expireTime(key);
    String record = RedisKeys.lineage(keys.compact(first.family()));
    int logins = 0;
    while (JEDIS.hexists(key, record)) {
      assertThat(logins).isLessThan(1_000);
      logIn(login.asFamily("login " + logins++));
    }

    for (RotationPolicy policy :
        new RotationPolicy[] {FIVE, Policies.with("mode", "observe"), FIVE.lookupOnly()}) {
      assertRevoked(first, 0, begun, policy);
      assertRevoked(first, 1, refreshed, policy);
    }
    assertThat(JEDIS.hexists(key, record)).isFalse();
    assertThat(JEDIS.expireTime(key)).isGreaterThanOrEqualTo(end);
  }

  private void assertRevoked(Login one, long generation, long issuedAt, RotationPolicy policy) {
    assertThat(
            store.rotate(
                Login.issuedAt(one.refresh(generation, clock), issuedAt), policy, it -> false))
        .isInstanceOfSatisfying(
            Revoked.class, revoked -> assertThat(revoked.accessTokens()).isEmpty());
  }
}
