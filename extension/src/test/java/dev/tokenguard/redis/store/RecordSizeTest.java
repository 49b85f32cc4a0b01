package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a family costs. A hash stays compact as long as each field is within 64 bytes. */
final class RecordSizeTest {

  private static final int USERS = 10_000;
  private static final int BYTES_PER_FAMILY = 400;

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final FamilyStore store = TestRedis.emptyStore(clock);

  @BeforeEach
  void isEmpty() {
    assertThat(JEDIS.dbSize()).isZero();
  }

  private static String key(Login login) {
    return new RedisKeys(TestRedis.PREFIX).user(login.user());
  }

  private void present(Login one, long generation, RotationPolicy policy) {
    assertThat(store.rotate(lastingAWeek(one.refresh(generation, clock)), policy, it -> false))
        .matches(it -> it.issued().isPresent());
  }

  private RotationRequest lastingAWeek(RotationRequest request) {
    // A week, and to be remembered a minute longer, as Keycloak is asked for in the demo.
    long exp = request.child().issuedAt() + 604_800;
    return new RotationRequest(
        request.userId(),
        request.presented(),
        request.session(),
        new RotationRequest.ProposedChild(
            request.child().issuedAt(), exp, exp + 60, exp + 2_592_000),
        request.accessToken(),
        request.context(),
        request.binding(),
        RotationRequest.Attempt.aged(Duration.ZERO),
        0,
        request.presentedIssuedAt(),
        true,
        Optional.empty());
  }

  private void assertCompact(Login one) {
    assertThat(JEDIS.hgetAll(key(one)))
        .allSatisfy((field, value) -> assertThat(value.length()).isLessThanOrEqualTo(64));
    assertThat(JEDIS.objectEncoding(key(one))).isEqualTo("listpack");
  }

  /** 99 999 times refreshed, replayed to the limit, idle for a month. */
  private void wear(Login one, RotationPolicy policy) {
    present(one, 0, policy);
    present(one, 99_990, policy);
    clock.advance(Duration.ofDays(30));
    for (long generation = 99_991; generation < 99_999; generation++) {
      present(one, generation, policy);
      clock.advance(Duration.ofSeconds(1));
    }
    for (int replay = 0; replay < 10; replay++) {
      present(one, 99_998, policy);
    }
  }

  @Test
  void whenALivingRecordHoldsAllThatItCan_thenItIsStillCompact() {
    wear(
        login,
        Policies.with(
            "bind-to", "user-agent-and-ip", "max-refreshes-per-minute", 60, "grace-period", 300));
    assertCompact(login);
  }

  @Test
  void whenALoginIsTold_thenItsRecordIsCompact() {
    Login bound = login.offline().boundTo(Login.HERE);
    store.begin(lastingAWeek(bound.begin(clock)), Policies.DEFAULT);
    assertCompact(bound);
  }

  @Test
  void whenAWornFamilyIsRevoked_thenItIsStillCompact() {
    wear(login, Policies.with("bind-to", "user-agent-and-ip", "grace-period", 300));
    store.revoke(Revocations.ofFamily(login.user(), login.family(), clock.second() + 1));
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
    assertCompact(login);
  }

  @Test
  void whenAWornFamilyIsOneTooMany_thenItIsStillCompact() {
    RotationPolicy policy =
        Policies.with(
            "bind-to",
            "user-agent-and-ip",
            "grace-period",
            300,
            "max-families-per-user-and-client",
            1);
    wear(login, policy);
    Login next = login.asFamily("6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e60");
    assertThat(store.begin(lastingAWeek(next.begin(clock)), policy)).hasSize(1);
    assertCompact(login);
  }

  @Test
  void givenTenThousandUsersWithAFamilyEach_whenMemoryIsMeasured_thenAFamilyIsCheap() {
    present(login, 0, Policies.DEFAULT);
    // So that Redis knows both scripts.
    store.begin(lastingAWeek(login.begin(clock)), Policies.DEFAULT);
    long before = usedMemory();
    for (int user = 0; user < USERS; user++) {
      Login one = login.ofUser(uuid()).asFamily(uuid()).inSession(uuid(), login.started());
      store.begin(lastingAWeek(one.begin(clock)), Policies.DEFAULT);
      present(one, 0, Policies.DEFAULT);
      present(one, 1, Policies.DEFAULT);
    }
    double bytes = (double) (usedMemory() - before) / USERS;
    System.out.printf("A family costs %.0f bytes with %d users of one family.%n", bytes, USERS);
    assertCompact(login);
    assertThat(bytes).isLessThanOrEqualTo(BYTES_PER_FAMILY);
  }

  private static String uuid() {
    return UUID.randomUUID().toString();
  }

  private static long usedMemory() {
    return JEDIS
        .info("memory")
        .lines()
        .filter(line -> line.startsWith("used_memory:"))
        .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length()).trim()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void givenALimit_whenAUserLogsInFiveThousandTimes_thenTheHashStaysSmall() {
    RotationPolicy five = Policies.with("max-families-per-user-and-client", 5);
    long fields = 3 * ((Login.ACCESS_TOKEN_LIFESPAN + 60) / 10 + 5);
    long most = 0;
    for (int number = 0; number < 5_000; number++) {
      store.begin(login.asFamily("login " + number).begin(clock), five);
      clock.advance(Duration.ofSeconds(10));
      most = number % 50 == 0 ? Math.max(most, JEDIS.hlen(key(login))) : most;
    }
    assertThat(most).isBetween(fields, 2 * fields);
    assertThat(JEDIS.hlen(key(login))).isLessThanOrEqualTo(2 * fields);
  }
}
