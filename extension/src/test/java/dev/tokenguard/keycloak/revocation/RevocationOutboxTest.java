package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.StoreUnavailableException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.timer.TimerProvider;

/** What is not delivered is tried again, less and less often, until its tokens have expired. */
class RevocationOutboxTest {

  private boolean isBack;
  private final RevocationOutbox outbox = new RevocationOutbox(10, () -> isBack);
  private Runnable tick;

  @BeforeEach
  void start() {
    KeycloakSessionFactory factory =
        proxy(
            KeycloakSessionFactory.class,
            (self, method, arguments) -> {
              throw new StoreUnavailableException("away", null);
            });
    TimerProvider timer =
        proxy(
            TimerProvider.class,
            (self, method, arguments) -> {
              tick = (Runnable) arguments[0];
              return null;
            });
    outbox.start(
        proxy(
            KeycloakSession.class,
            (self, method, arguments) -> method.getName().equals("getProvider") ? timer : factory));
  }

  @AfterEach
  void realTime() {
    Time.setOffset(0);
  }

  @Test
  void given_an_outage_then_the_next_tries_are_made_after_longer_and_longer_times() {
    Failing delivery = new Failing(new StoreUnavailableException("away", null), 1_000);
    assertThat(outbox.deliver(delivery)).isFalse();
    tick.run();
    assertThat(delivery.tries).isEqualTo(2);
    tick.run();
    assertThat(delivery.tries).as("not due yet").isEqualTo(2);
    Time.setOffset(1);
    tick.run();
    assertThat(delivery.tries).isEqualTo(3);
    Time.setOffset(2);
    tick.run();
    assertThat(delivery.tries).as("two seconds by now").isEqualTo(3);
    Time.setOffset(3);
    tick.run();
    assertThat(delivery.tries).isEqualTo(4);
    Time.setOffset(200);
    tick.run();
    Time.setOffset(260);
    tick.run();
    assertThat(delivery.tries).as("at most a minute").isEqualTo(6);
  }

  @Test
  void given_an_outage_that_is_over_then_what_waits_is_tried_at_once() {
    Failing delivery = new Failing(new StoreUnavailableException("away", null), 1_000);
    outbox.deliver(delivery);
    for (int second = 0; second < 20; second++) {
      Time.setOffset(second);
      tick.run();
    }
    isBack = true;
    delivery.failure = null;
    tick.run();
    assertThat(outbox.size()).isZero();
  }

  @Test
  void given_any_other_failure_then_it_is_kept_and_delivered_later() {
    Failing delivery = new Failing(new IllegalStateException("a bug"), 1_000);
    assertThat(outbox.deliver(delivery)).isFalse();
    tick.run();
    assertThat(outbox.size()).isEqualTo(1);
    delivery.failure = null;
    Time.setOffset(60);
    tick.run();
    assertThat(outbox.size()).isZero();
  }

  @Test
  void given_one_that_fails_then_the_others_are_delivered() {
    Failing failing = new Failing(new IllegalStateException("a bug"), 1_000);
    Failing working = new Failing(new StoreUnavailableException("away", null), 1_000);
    outbox.deliver(failing);
    outbox.deliver(working);
    working.failure = null;
    tick.run();
    assertThat(outbox.size()).isEqualTo(1);
    assertThat(working.tries).isEqualTo(2);
  }

  @Test
  void given_tokens_that_have_all_expired_then_it_is_dropped_and_not_before() {
    Failing delivery = new Failing(new StoreUnavailableException("away", null), 7_200);
    outbox.deliver(delivery);
    Time.setOffset(7_100);
    tick.run();
    assertThat(outbox.size()).isEqualTo(1);
    Time.setOffset(7_210);
    tick.run();
    assertThat(outbox.size()).isZero();
  }

  /** A delivery that is not persisted. */
  private static final class Failing implements Delivery {
    private final long until;
    private RuntimeException failure;
    private int tries;

    private Failing(RuntimeException failure, int seconds) {
      this.failure = failure;
      this.until = Time.currentTime() + (long) seconds;
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
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
