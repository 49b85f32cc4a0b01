package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.lang.reflect.InvocationHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.timer.TimerProvider;

/** A failed delivery is retried, less and less often, until its tokens have expired. */
class RevocationOutboxTest {

  private static final StoreUnavailableException OUTAGE = new StoreUnavailableException("", null);
  private static final IllegalStateException BUG = new IllegalStateException("a bug");

  private static final String ALL_RECORDED = "All revocations are recorded in Redis";

  /** More than are attempted in one tick. */
  private static final int MANY = 250;

  private static final Logger LOG = Logger.getLogger(RevocationOutbox.class.getName());

  private final List<String> logged = new ArrayList<>();
  private final Handler recorder =
      new StreamHandler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line.getMessage());
        }
      };
  private boolean hasRecovered;
  private RuntimeException failureToShare;
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
      };

  @BeforeEach
  void start() {
    LOG.addHandler(recorder);
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
    LOG.removeHandler(recorder);
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

    assertThat(logged).endsWith(ALL_RECORDED);
  }

  @Test
  void given_the_last_one_expires_then_the_log_does_not_say_that_all_are_recorded() {
    outbox.deliver(new TestDelivery(OUTAGE, 60));
    tickAt(70);

    assertThat(outbox.size()).isZero();
    assertThat(logged).noneMatch(ALL_RECORDED::equals).anyMatch(line -> line.contains("expired"));
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
}
