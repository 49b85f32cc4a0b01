package dev.tokenguard.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import dev.tokenguard.gateway.token.SigningKeys;
import dev.tokenguard.gateway.token.TokenVerifier;
import dev.tokenguard.testbed.Await;
import io.vertx.core.Vertx;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the JWK Set is read, by a time that the test advances. */
class SigningKeysTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration REFRESH = Duration.ofMinutes(5);
  private static final Duration OUTAGE = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();
  private final TestIssuer issuer = new TestIssuer();

  /** Near its overflow, which {@link System#nanoTime} may be. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);

  private Instant wallClock = Instant.parse("2026-01-01T00:00:00Z");
  private final SigningKeys keys = keys();

  @AfterEach
  void stop() {
    vertx.close().await();
    issuer.close();
  }

  @Test
  void given_a_clock_that_is_set_back_then_the_set_is_read_as_often_as_before() {
    read();

    wallClock = wallClock.minus(Duration.ofDays(1));
    pass(REFRESH);

    read();
  }

  @Test
  void given_a_clock_that_is_set_back_during_an_outage_then_the_next_attempt_is_made() {
    issuer.failWith(500);
    attempt();

    wallClock = wallClock.minus(Duration.ofDays(1));
    issuer.failWith(200);
    pass(Duration.ofSeconds(2));

    read();
  }

  @Test
  void given_a_clock_that_is_set_forward_then_the_set_is_used_until_its_time_has_passed() {
    read();

    wallClock = wallClock.plus(Duration.ofDays(1));

    assertThat(keys.isUsable()).isTrue();
    pass(REFRESH.plus(OUTAGE));
    assertThat(keys.isUsable()).isTrue();
    pass(Duration.ofNanos(1));
    assertThat(keys.isUsable()).isFalse();
  }

  private void read() {
    Await.until(
        "a set that was read now",
        PATIENCE,
        () -> {
          keys.refreshIfDue();
          return keys.age().equals(Optional.of(Duration.ZERO));
        });
  }

  private void attempt() {
    Await.until(
        "an attempt that fails",
        PATIENCE,
        () -> {
          keys.refreshIfDue();
          return !keys.isAvailable();
        });
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private SigningKeys keys() {
    InstantSource clock = () -> wallClock;
    try {
      return new SigningKeys(
          URI.create(issuer.issuer() + "/protocol/openid-connect/certs").toURL(),
          new SigningKeys.Times(REFRESH, Duration.ofSeconds(5), OUTAGE),
          set ->
              new TokenVerifier(
                  Set.of(JWSAlgorithm.ES256), issuer.issuer(), Set.of(TestIssuer.AUDIENCE), set),
          vertx.createSharedWorkerExecutor("jwks", 1),
          clock.withZone(ZoneOffset.UTC),
          nanos::get);
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
