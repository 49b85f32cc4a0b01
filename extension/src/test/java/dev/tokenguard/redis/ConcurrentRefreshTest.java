package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.Children;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/** Many at once, on a real Redis by its own clock. */
final class ConcurrentRefreshTest {

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

  private RefreshDecision present(Login one, long generation, RotationPolicy policy) {
    return store.rotate(one.refresh(generation, clock), policy, it -> false);
  }

  /** Runs the task on all threads, begun together. */
  private <T> List<T> atOnce(Callable<T> task) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<T>> running = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      running.add(
          threads.submit(
              () -> {
                start.await();
                return task.call();
              }));
    }
    return results(running);
  }

  private static <T> List<T> results(List<Future<T>> running)
      throws ExecutionException, InterruptedException {
    List<T> results = new ArrayList<>();
    for (Future<T> future : running) {
      results.add(future.get());
    }
    return results;
  }

  @RepeatedTest(5)
  void givenGrace_whenOneTokenIsPresentedFiftyTimesAtOnce_thenAllGetTheSameChild()
      throws Exception {
    List<RefreshDecision> outcomes = atOnce(() -> present(login, 0, LONG_GRACE));
    assertThat(outcomes).filteredOn(Rotated.class::isInstance).hasSize(1);
    assertThat(outcomes)
        .filteredOn(Replayed.class::isInstance)
        .extracting(outcome -> ((Replayed) outcome).child().replay())
        .doesNotHaveDuplicates()
        .hasSize(THREADS - 1);
    assertThat(outcomes)
        .extracting(outcome -> Children.again(outcome.issued().orElseThrow(), 0))
        .containsOnly(child(1));
    assertThat(present(login, 1, LONG_GRACE)).isInstanceOf(Rotated.class);
  }

  private SuccessorToken child(long generation) {
    return new SuccessorToken(
        generation, clock.second(), clock.second() + 1800, 0, Optional.empty());
  }

  @RepeatedTest(5)
  void givenNoGrace_whenOneTokenIsPresentedFiftyTimesAtOnce_thenOneIsGrantedAndTheFamilyDies()
      throws Exception {
    List<RefreshDecision> outcomes = atOnce(() -> present(login, 0, NO_GRACE));
    assertThat(outcomes).filteredOn(Rotated.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(Reused.class::isInstance).hasSize(1);
    assertThat(outcomes).filteredOn(Revoked.class::isInstance).hasSize(THREADS - 2);
    assertThat(present(login, 1, NO_GRACE))
        .isInstanceOfSatisfying(
            Revoked.class, late -> assertThat(late.scope()).isEqualTo(RevocationScope.FAMILY));
  }

  /** One family each, so that the hash of the user is contended and no token is. */
  @RepeatedTest(3)
  void givenManyFamiliesOfOneUser_whenTheirSessionIsRevoked_thenNoneIsGrantedAfterwards()
      throws Exception {
    AtomicBoolean isRevoked = new AtomicBoolean();
    CountDownLatch underWay = new CountDownLatch(THREADS);
    List<Future<List<RefreshDecision>>> running = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      Login one = login.asFamily("family " + thread);
      running.add(threads.submit(() -> outcomesAfter(isRevoked, one, underWay)));
    }
    underWay.await();
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), remembered()));
    isRevoked.set(true);
    assertThat(results(running))
        .hasSize(THREADS)
        .allSatisfy(
            late ->
                assertThat(late)
                    .containsExactly(new Revoked(RevocationScope.SESSION, Optional.empty())));
  }

  /** Refreshes until one is done that was begun after the revocation had returned. */
  private List<RefreshDecision> outcomesAfter(
      AtomicBoolean isRevoked, Login one, CountDownLatch underWay) {
    long generation = 0;
    while (!isRevoked.get()) {
      if (present(one, generation, Policies.DEFAULT).issued().isPresent()) {
        generation++;
        underWay.countDown();
      }
    }
    return List.of(present(one, generation, Policies.DEFAULT));
  }

  @RepeatedTest(3)
  void whenAFamilyIsRevokedWhileItIsRefreshed_thenEachAccessTokenThatWasIssuedIsNamed()
      throws Exception {
    CountDownLatch underWay = new CountDownLatch(20);
    Future<Long> newest =
        threads.submit(
            () -> {
              long generation = 0;
              while (present(login, generation, Policies.DEFAULT).issued().isPresent()) {
                generation++;
                underWay.countDown();
              }
              return generation;
            });
    underWay.await();
    List<AccessTokens> named =
        store.revoke(Revocations.ofFamily(login.user(), login.family(), remembered()));
    assertThat(newest.get()).isGreaterThanOrEqualTo(20);
    assertThat(named)
        .singleElement()
        .returns(0L, AccessTokens::first)
        .returns(newest.get(), AccessTokens::last);
  }

  @RepeatedTest(3)
  void whenFiftyLogInAtOnce_thenAsManyAsAllowedLiveAndEachOtherIsNamedOnce() throws Exception {
    RotationPolicy three = Policies.with("max-families-per-user-and-client", 3);
    AtomicInteger number = new AtomicInteger();
    List<List<AccessTokens>> ended =
        atOnce(
            () ->
                store.begin(
                    login.asFamily("family " + number.incrementAndGet()).begin(clock), three));
    List<String> alive =
        store.find(login.user()).stream()
            .filter(family -> !family.isRevoked())
            .map(TokenFamily::id)
            .toList();
    assertThat(alive).hasSize(3);
    assertThat(ended.stream().flatMap(List::stream).map(AccessTokens::family))
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(alive)
        .hasSize(THREADS - 3);
  }

  private long remembered() {
    return clock.second() + Login.REMEMBERED;
  }
}
