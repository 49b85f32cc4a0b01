package dev.tokenguard.keycloak.connection;

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
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.timer.TimerProvider;

/** Asks Redis every second whether it still is what it was. A loss is logged and counted once. */
final class DataLossMonitor {

  private static final Logger LOG = Logger.getLogger(DataLossMonitor.class);

  private static final int INTERVAL_MILLIS = 1000;

  private final RedisHeartbeat heartbeat;
  private final KeycloakSessionFactory factory;
  private final Map<Loss, Counter> losses = new EnumMap<>(Loss.class);

  DataLossMonitor(RedisHeartbeat heartbeat, KeycloakSessionFactory factory) {
    this.heartbeat = heartbeat;
    this.factory = factory;
    for (Loss loss : Loss.values()) {
      losses.put(
          loss,
          Counter.builder("token_guard.redis.state.lost")
              .description("How often Redis was found to have lost what it held")
              .tag("loss", Setting.id(loss))
              .register(Metrics.globalRegistry));
    }
  }

  /**
   * @param session of the start
   */
  void start(KeycloakSession session) {
    session
        .getProvider(TimerProvider.class)
        .schedule(this::look, INTERVAL_MILLIS, "token-guard-lost-state");
  }

  private void look() {
    try {
      heartbeat.beat().ifPresent(this::report);
    } catch (StoreUnavailableException away) {
      // Counted and logged where it was thrown; what is lost meanwhile shows when it is back.
    }
  }

  private void report(Loss loss) {
    losses.get(loss).increment();
    LOG.warn(
        LogText.of(
            "Redis has %s. Live refresh tokens are taken up again as the clients' on-missing-state says;"
                + " Keycloak's own list of revoked tokens is recorded in Redis again",
            loss == Loss.FLUSHED ? "lost all that it held" : "lost its last writes"));
    factory.publish(new RedisDataLossEvent(loss));
  }
}
