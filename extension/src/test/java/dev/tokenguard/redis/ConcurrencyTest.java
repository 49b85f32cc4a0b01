package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/** Many at once, on a real Redis by its own clock. */
final class ConcurrencyTest {

  private static final int THREADS = 50;
  private static final RotationPolicy LONG_GRACE =
      Policies.with("grace-period", 300, "grace-max-replays", 0);
  private static final RotationPolicy NO_GRACE = Policies.with("grace-period", 0);

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private Redis redis;
  private FamilyStore store;

  @BeforeEach
  void open() {
    TestRedis.JEDIS.flushAll();
    redis = TestRedis.open(new RecordedTelemetry());
    store = TestRedis.store(redis);
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    redis.close();
  }

  private interface Task<T> {
    T result(int number) throws Exception;
  }

  /** Runs the task on all threads, begun together. */
  private <T> List<T> atOnce(Task<T> task) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Callable<T>> tasks = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int number = thread;
      tasks.add(
          () -> {
            start.await();
            return task.result(number);
          });
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : threads.invokeAll(tasks)) {
      results.add(future.get());
    }
    return results;
  }

  private RefreshDecision present(Login one, long generation, RotationPolicy policy) {
    return store.rotate(one.refresh(generation, clock), policy, it -> false);
  }

  private List<AccessTokens> revoke(RevocationTarget target) {
    long now = clock.second();
    return store.revoke(new Revocation(target, now, now + Login.RETENTION));
  }

  /** Refreshes until it is refused or revoked, and returns the newest generation. */
  private long refreshUntil(AtomicBoolean isRevoked, Login one, CountDownLatch underWay) {
    long generation = 0;
    while (!isRevoked.get() && present(one, generation, Policies.DEFAULT).issued().isPresent()) {
      generation++;
      underWay.countDown();
    }
    return generation;
  }

  @RepeatedTest(5)
  void given_grace_and_one_token_presented_at_once_then_all_get_the_same_successor()
      throws Exception {
    List<RefreshDecision> decisions = atOnce(number -> present(login, 0, LONG_GRACE));
    assertThat(decisions)
        .extracting(RefreshDecision::outcome)
        .containsOnlyOnce(Outcome.STARTED)
        .containsOnly(Outcome.STARTED, Outcome.REPLAYED);
    List<SuccessorToken> issued = decisions.stream().map(it -> it.issued().orElseThrow()).toList();
    assertThat(issued).extracting(SuccessorToken::replay).doesNotHaveDuplicates();
    assertThat(issued)
        .usingElementComparatorIgnoringFields("replay")
        .containsOnly(
            new SuccessorToken(1, clock.second(), clock.second() + 1800, 0, Optional.empty()));
    assertThat(present(login, 1, LONG_GRACE).outcome()).isEqualTo(Outcome.ROTATED);
  }

  @RepeatedTest(5)
  void given_no_grace_and_one_token_presented_at_once_then_one_is_granted_and_all_is_revoked()
      throws Exception {
    assertThat(atOnce(number -> present(login, 0, NO_GRACE).outcome()))
        .containsOnlyOnce(Outcome.STARTED, Outcome.REUSED)
        .containsOnly(Outcome.STARTED, Outcome.REUSED, Outcome.REVOKED);
    assertThat(present(login, 1, NO_GRACE).outcome()).isEqualTo(Outcome.REVOKED);
  }

  /** One family each, so that the hash of the user is contended and no token is. */
  @RepeatedTest(3)
  void given_a_session_that_is_revoked_during_refreshes_then_none_is_granted_afterwards()
      throws Exception {
    RefreshDecision expected =
        new Revoked(RevocationScope.SESSION, Optional.empty(), Optional.empty());
    AtomicBoolean isRevoked = new AtomicBoolean();
    CountDownLatch underWay = new CountDownLatch(THREADS - 1);
    List<RefreshDecision> decisions =
        atOnce(
            number -> {
              Login one = login.asFamily("family " + number);
              if (number > 0) {
                long generation = refreshUntil(isRevoked, one, underWay);
                return present(one, generation, Policies.DEFAULT);
              }
              underWay.await();
              revoke(Sessions.of(login.user(), login.session(), SessionKind.BOTH));
              isRevoked.set(true);
              return expected;
            });
    assertThat(decisions).containsOnly(expected);
  }

  @RepeatedTest(3)
  void given_a_family_that_is_revoked_during_refreshes_then_each_access_token_is_named()
      throws Exception {
    CountDownLatch underWay = new CountDownLatch(20);
    Future<Long> newest = threads.submit(() -> refreshUntil(new AtomicBoolean(), login, underWay));
    underWay.await();
    assertThat(revoke(new Families(login.user(), List.of(login.family()))))
        .singleElement()
        .returns(0L, AccessTokens::first)
        .returns(newest.get(), AccessTokens::last);
  }

  @RepeatedTest(3)
  void given_a_limit_and_logins_at_once_then_so_many_stay_and_each_other_is_named_once()
      throws Exception {
    RotationPolicy three = Policies.with("max-families-per-user-and-client", 3);
    List<List<AccessTokens>> revoked =
        atOnce(number -> store.begin(login.asFamily("family " + number).begin(clock), three));
    List<String> active =
        store.find(login.user()).stream()
            .filter(family -> !family.isRevoked())
            .map(TokenFamily::id)
            .toList();
    assertThat(active).hasSize(3);
    assertThat(revoked.stream().flatMap(List::stream).map(AccessTokens::family))
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(active)
        .hasSize(THREADS - 3);
  }

  /** An action token that is used up by the revocation list must not be used twice. */
  @RepeatedTest(3)
  void given_entries_that_are_added_at_once_then_one_is_the_first_and_the_largest_values_stay()
      throws Exception {
    RevocationList list = TestRedis.blacklist(redis);
    long now = clock.second();
    Entry token = Entry.ofAccessToken("t1", Reason.REVOKED, now + 300);
    assertThat(atOnce(number -> list.add(token))).containsOnlyOnce(true).hasSize(THREADS);
    assertThat(atOnce(it -> list.add(Entry.ofUser("u1", now + it, now + 1_000 - it))))
        .containsOnlyOnce(true);
    assertThat(TestRedis.JEDIS.get("tg:sub:u1")).isEqualTo("" + (now + THREADS - 1));
    assertThat(TestRedis.JEDIS.expireTime("tg:sub:u1")).isEqualTo(now + 1_000);
  }
}
