package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.keycloak.RecordedLog;
import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.keycloak.revocation.StartupRecovery.Page;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.lang.reflect.InvocationHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.session.RevokedToken;
import org.keycloak.models.session.RevokedTokenPersisterProvider;
import org.keycloak.timer.TimerProvider;

/** A failed delivery is retried, less and less often, until its tokens have expired. */
class RevocationOutboxTest {

  private static final StoreUnavailableException OUTAGE = new StoreUnavailableException("", null);
  private static final IllegalStateException BUG = new IllegalStateException("a bug");

  private static final String ALL_RECORDED = "All revocations are recorded in Redis";

  private static final long LATER = Time.currentTime() + 10_000L;

  /** More than are attempted in one tick. */
  private static final int MANY = 250;

  /** Keycloak's own list of revoked tokens, in the database. */
  private final List<RevokedToken> persisted = new ArrayList<>();

  private final KeycloakSession session =
      Fake.of(
          KeycloakSession.class,
          Map.of(
              "getProvider",
              Fake.of(
                  RevokedTokenPersisterProvider.class,
                  (self, method, arguments) -> {
                    Collections.shuffle(persisted);
                    return persisted.stream();
                  })));

  /** The ids that were read from it and delivered. */
  private final List<String> recovered = new ArrayList<>();

  private final RecordedLog log = new RecordedLog(RevocationOutbox.class);
  private boolean hasRecovered;
  private RuntimeException failureToShare;
  private RuntimeException failureToRead;
  private RuntimeException failureOfRecovered;
  private Runnable duringNextRead = () -> {};
  private RevocationOutbox outbox;
  private Runnable tick;

  private final RevocationOutbox.Stores stores =
      new RevocationOutbox.Stores() {
        @Override
        public boolean isRedisAvailable() {
          return hasRecovered;
        }

        @Override
        public void shareLatestExpiries() {
          if (failureToShare != null) {
            throw failureToShare;
          }
        }

        @Override
        public Page read(StartupRecovery recovery, int limit) {
          if (failureToRead != null) {
            throw failureToRead;
          }
          duringNextRead.run();
          duringNextRead = () -> {};
          Page page = recovery.read(session, limit);
          return new Page(
              page.deliveries().stream().<Delivery>map(RecoveredDelivery::new).toList(),
              page.rest());
        }
      };

  @BeforeEach
  void start() {
    start(10);
  }

  private void start(int capacity) {
    outbox = new RevocationOutbox(capacity, stores);
    InvocationHandler failing =
        (self, method, arguments) -> {
          throw OUTAGE;
        };
    InvocationHandler scheduling = (self, method, arguments) -> tick = (Runnable) arguments[0];
    outbox.start(
        Fake.of(
            KeycloakSession.class,
            Map.of(
                "getProvider",
                Fake.of(TimerProvider.class, scheduling),
                "getKeycloakSessionFactory",
                Fake.of(KeycloakSessionFactory.class, failing))));
  }

  @AfterEach
  void realTime() {
    log.close();
    Time.setOffset(0);
  }

  private void tickAt(int second) {
    Time.setOffset(second);
    tick.run();
  }

  @Test
  void given_an_outage_then_the_retries_follow_after_one_second_two_four_up_to_a_minute() {
    TestDelivery delivery = new TestDelivery(OUTAGE, 1_000);
    assertThat(outbox.deliver(delivery)).isFalse();

    assertThat(IntStream.of(0, 0, 1, 2, 3, 200, 260).map(delivery::triesAfterTickAt))
        .containsExactly(2, 2, 3, 3, 4, 5, 6);
  }

  @Test
  void given_an_outage_that_is_over_then_the_retry_follows_at_once() {
    TestDelivery delivery = new TestDelivery(OUTAGE, 1_000);
    outbox.deliver(delivery);
    IntStream.range(0, 20).forEach(this::tickAt);

    hasRecovered = true;
    delivery.failure = null;
    tick.run();

    assertThat(outbox.size()).isZero();
  }

  @Test
  void given_a_failure_of_another_kind_then_others_are_delivered_and_it_follows_later() {
    TestDelivery failing = new TestDelivery(BUG, 1_000);
    TestDelivery working = new TestDelivery(OUTAGE, 1_000);
    assertThat(outbox.deliver(failing)).isFalse();
    outbox.deliver(working);

    working.failure = null;
    tick.run();
    assertThat(outbox.size()).isEqualTo(1);
    assertThat(working.tries).isEqualTo(2);

    failing.failure = null;
    tickAt(60);
    assertThat(outbox.size()).isZero();
  }

  @Test
  void given_tokens_that_have_all_expired_then_it_is_dropped_and_not_before() {
    outbox.deliver(new TestDelivery(OUTAGE, 7_200));

    tickAt(7_100);
    assertThat(outbox.size()).isEqualTo(1);
    tickAt(7_210);
    assertThat(outbox.size()).isZero();
  }

  @Test
  void given_the_latest_expiry_cannot_be_shared_then_revocations_are_delivered_all_the_same() {
    failureToShare = BUG;
    TestDelivery delivery = new TestDelivery(OUTAGE, 1_000);
    outbox.deliver(delivery);

    delivery.failure = null;
    tick.run();

    assertThat(outbox.size()).isZero();
  }

  @Test
  void given_all_are_delivered_then_the_log_says_so() {
    TestDelivery delivery = new TestDelivery(OUTAGE, 1_000);
    outbox.deliver(delivery);
    delivery.failure = null;
    tick.run();

    assertThat(log.messages()).endsWith(ALL_RECORDED);
  }

  @Test
  void given_the_last_one_expires_then_the_log_does_not_say_that_all_are_recorded() {
    outbox.deliver(new TestDelivery(OUTAGE, 60));
    tickAt(70);

    assertThat(outbox.size()).isZero();
    assertThat(log.messages())
        .noneMatch(ALL_RECORDED::equals)
        .anyMatch(line -> line.contains("expired"));
  }

  @Test
  void given_many_when_redis_is_available_again_then_each_tick_delivers_a_part_of_them() {
    start(MANY);
    List<TestDelivery> deliveries =
        Stream.generate(() -> new TestDelivery(OUTAGE, 1_000)).limit(MANY).toList();
    deliveries.forEach(outbox::deliver);
    IntStream.range(0, 20).forEach(this::tickAt);

    hasRecovered = true;
    deliveries.forEach(it -> it.failure = null);
    assertThat(IntStream.range(0, 3).map(number -> sizeAfterTick())).containsExactly(150, 50, 0);
  }

  @Test
  void given_some_that_always_fail_then_the_others_have_their_turn() {
    List<TestDelivery> failing =
        Stream.generate(() -> new TestDelivery(BUG, 1_000)).limit(4).toList();
    TestDelivery last = new TestDelivery(BUG, 1_000);
    failing.forEach(outbox::deliver);
    outbox.deliver(last);

    last.failure = null;
    tickAt(100);
    tickAt(200);

    assertThat(outbox.size()).isEqualTo(4);
    assertThat(failing).allMatch(it -> it.tries > 1);
  }

  @Test
  void given_more_persisted_than_the_memory_holds_then_each_is_delivered_once() {
    persistTokensAndRevocations();

    outbox.recover();
    ticks();

    assertThat(recovered).containsExactlyInAnyOrderElementsOf(idsOf(persisted));
    assertThat(log.messages()).containsOnlyOnce(ALL_RECORDED);

    outbox.recover();
    ticks();
    assertThat(recovered).hasSize(2 * persisted.size());
  }

  @Test
  void given_an_overflow_then_it_is_logged_once_and_each_persisted_is_delivered_once_after_it() {
    List<TestDelivery> deliveries = overflow();
    persistTokensAndRevocations();
    assertThat(outbox.size()).isEqualTo(10);

    hasRecovered = true;
    deliveries.forEach(it -> it.failure = null);
    ticks();

    assertThat(recovered).containsExactlyInAnyOrderElementsOf(idsOf(persisted));
    assertThat(log.messages())
        .containsOnlyOnce(ALL_RECORDED)
        .endsWith(ALL_RECORDED)
        .filteredOn(line -> line.startsWith("More than 10 revocations wait for Redis"))
        .hasSize(1);
  }

  @Test
  void given_overflows_before_and_after_a_tick_then_each_persisted_is_delivered_once() {
    List<TestDelivery> deliveries = new ArrayList<>(overflow());
    persistTokensAndRevocations();
    tick.run();
    deliveries.addAll(overflow());

    hasRecovered = true;
    deliveries.forEach(it -> it.failure = null);
    ticks();

    assertThat(recovered).containsExactlyInAnyOrderElementsOf(idsOf(persisted));
  }

  @Test
  void given_a_database_that_fails_then_it_is_read_in_a_later_tick() {
    overflow().forEach(it -> it.failure = null);
    persistTokensAndRevocations();

    failureToRead = BUG;
    ticks();
    assertThat(recovered).isEmpty();
    assertThat(log.messages()).doesNotContain(ALL_RECORDED);

    failureToRead = null;
    ticks();
    assertThat(recovered).containsExactlyInAnyOrderElementsOf(idsOf(persisted));
  }

  @Test
  void given_an_overflow_while_the_database_is_read_then_it_is_read_again() {
    persistTokensAndRevocations();
    duringNextRead = () -> overflow().forEach(it -> it.failure = null);
    outbox.recover();
    tick.run();
    persisted.add(token("0-less-than-all-that-were-read"));
    ticks();

    assertThat(recovered).containsAll(idsOf(persisted));
  }

  @Test
  void given_some_that_always_fail_when_all_are_read_again_then_they_wait_once() {
    persisted.addAll(revocations(3));
    failureOfRecovered = BUG;
    outbox.recover();
    tick.run();
    outbox.recover();
    tick.run();
    assertThat(outbox.size()).isEqualTo(3);
  }

  @Test
  void given_one_that_always_fails_then_the_persisted_ones_are_delivered() {
    outbox.deliver(new TestDelivery(BUG, 1_000));
    persistTokensAndRevocations();
    outbox.recover();
    ticks();

    assertThat(recovered).containsExactlyInAnyOrderElementsOf(idsOf(persisted));
    assertThat(outbox.size()).isEqualTo(1);
  }

  private void persistTokensAndRevocations() {
    IntStream.range(0, 30).mapToObj(number -> token("token-" + number)).forEach(persisted::add);
    persisted.addAll(revocations(25));
  }

  private static List<RevokedToken> revocations(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> new Revocation(new User("user-" + number), 1, LATER))
        .map(revocation -> new Revocation.Pending("realm", Reason.LOGOUT, revocation))
        .flatMap(pending -> pending.texts().stream())
        .map(RevocationOutboxTest::token)
        .toList();
  }

  private static RevokedToken token(String id) {
    return new RevokedToken(id, LATER);
  }

  private static List<String> idsOf(List<RevokedToken> tokens) {
    return tokens.stream().map(RevokedToken::tokenId).toList();
  }

  /** More than the outbox holds. */
  private List<TestDelivery> overflow() {
    List<TestDelivery> deliveries =
        Stream.generate(() -> new TestDelivery(OUTAGE, 1_000)).limit(13).toList();
    deliveries.forEach(outbox::deliver);
    return deliveries;
  }

  private void ticks() {
    IntStream.range(0, 30).forEach(number -> tick.run());
  }

  private int sizeAfterTick() {
    tick.run();
    return outbox.size();
  }

  /** A delivery that is not persisted. */
  private final class TestDelivery implements Delivery {
    private final long until;
    private RuntimeException failure;
    private int tries;

    private TestDelivery(RuntimeException failure, int seconds) {
      this.failure = failure;
      this.until = Time.currentTime() + (long) seconds;
    }

    private int triesAfterTickAt(int second) {
      tickAt(second);
      return tries;
    }

    @Override
    public void deliver(KeycloakSessionFactory factory) {
      tries++;
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public long until() {
      return until;
    }

    @Override
    public List<String> texts() {
      return List.of();
    }

    @Override
    public String describe() {
      return "a test";
    }
  }

  /** A delivery from the database; it does not need Redis. */
  private final class RecoveredDelivery implements Delivery {
    private final Delivery delivery;

    private RecoveredDelivery(Delivery delivery) {
      this.delivery = delivery;
    }

    @Override
    public void deliver(KeycloakSessionFactory factory) {
      if (failureOfRecovered != null) {
        throw failureOfRecovered;
      }
      if (delivery instanceof OfEntries blacklist) {
        blacklist.entries().forEach(entry -> recovered.add(entry.id()));
      } else {
        recovered.addAll(texts());
      }
    }

    @Override
    public long until() {
      return delivery.until();
    }

    @Override
    public List<String> texts() {
      return delivery.texts();
    }

    @Override
    public String describe() {
      return delivery.describe();
    }
  }
}
