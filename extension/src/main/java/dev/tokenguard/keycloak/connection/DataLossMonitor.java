package dev.tokenguard.keycloak.connection;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.redis.store.RedisHeartbeat;
import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import dev.tokenguard.rotation.StoreUnavailableException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.timer.TimerProvider;

/**
 * Checks every second whether Redis has lost data. A loss is logged and counted once, and published
 * until the recovery from it has begun.
 */
final class DataLossMonitor {

  private static final Logger LOG = Logger.getLogger(DataLossMonitor.class);

  private static final int INTERVAL_MILLIS = 1000;

  private static final String LOST =
      "Redis has lost %s. Families without a record are handled by on-missing-state of each client;"
          + " revocations on Keycloak's list of revoked tokens are recorded in Redis again";

  private final RedisHeartbeat heartbeat;
  private final KeycloakSessionFactory factory;
  private final Map<Loss, Counter> losses = new EnumMap<>(Loss.class);
  private @Nullable Loss unpublished;

  DataLossMonitor(RedisHeartbeat heartbeat, KeycloakSessionFactory factory) {
    this.heartbeat = heartbeat;
    this.factory = factory;
    for (Loss loss : Loss.values()) {
      losses.put(
          loss,
          Counter.builder("token_guard.redis.state.lost")
              .description("Detected data losses of Redis")
              .tag("loss", Setting.id(loss))
              .register(Metrics.globalRegistry));
    }
  }

  /**
   * Schedules the checks.
   *
   * @param session gives access to the timer of Keycloak
   */
  void start(KeycloakSession session) {
    session
        .getProvider(TimerProvider.class)
        .schedule(this::check, INTERVAL_MILLIS, "token-guard-data-loss");
  }

  /** Does not throw: an exception stops the timer of Keycloak, with all its tasks. */
  private void check() {
    try {
      heartbeat.beat().ifPresent(this::report);
      publish();
    } catch (StoreUnavailableException outage) {
      // Counted and logged by the connection; a loss during the outage is found after it.
    } catch (RuntimeException failed) {
      LOG.error("The check for data loss failed; the next one follows in a second", failed);
    }
  }

  private void report(Loss loss) {
    requireNonNull(losses.get(loss)).increment();
    switch (loss) {
      case FLUSHED -> LOG.warn(LogText.of(LOST, "all its data"));
      case ROLLED_BACK -> LOG.warn(LogText.of(LOST, "its last writes"));
      case POSSIBLE ->
          LOG.info(
              "Another Redis process responds, after a restart or a failover, and may have lost its"
                  + " last writes. Revocations on Keycloak's list of revoked tokens are recorded in"
                  + " Redis again");
    }
    unpublished = loss;
  }

  /** The heartbeat detects a loss only once, so one that is not published is kept. */
  private void publish() {
    Loss loss = unpublished;
    if (loss != null) {
      factory.publish(new RedisConnection.DataLossEvent(loss));
      unpublished = null;
    }
  }
}
