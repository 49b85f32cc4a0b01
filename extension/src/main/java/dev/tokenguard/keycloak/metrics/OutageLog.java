package dev.tokenguard.keycloak.metrics;

import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Logs one line at the start of an outage and one at its end, for any number of failed commands. A
 * single failure is logged at most once a minute; the opening of the circuit breaker always is.
 */
final class OutageLog {

  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final Consumer<String> warning;
  private final Consumer<String> information;
  private Optional<Outage> outage = Optional.empty();
  private Optional<Long> announced = Optional.empty();
  private Optional<Long> rejectionLogged = Optional.empty();
  private String lastFailure = "";

  /** Lets {@link #answered} return without a lock, except during an outage. */
  private volatile boolean isAvailable = true;

  OutageLog(LongSupplier nanoTime, Consumer<String> warning, Consumer<String> information) {
    this.nanoTime = nanoTime;
    this.warning = warning;
    this.information = information;
  }

  void answered() {
    if (!isAvailable) {
      end();
    }
  }

  synchronized void failed(Operation operation, Failure failure, String message) {
    long now = nanoTime.getAsLong();
    if (failure != Failure.NOT_PERMITTED) {
      lastFailure = "(" + Setting.id(failure) + "): " + message;
    }
    if (failure == Failure.REJECTED && outage.isEmpty()) {
      logRejection(operation, message, now);
      return;
    }
    Outage current = begun(now);
    current.add(operation, failure);
    if (isQuietSince(announced, now)) {
      announce(current, now);
    }
  }

  /** The circuit breaker has opened: commands fail without being sent. */
  synchronized void opened() {
    long now = nanoTime.getAsLong();
    announce(begun(now), now);
  }

  private Outage begun(long now) {
    isAvailable = false;
    outage = outage.or(() -> Optional.of(new Outage(now)));
    return outage.get();
  }

  private void announce(Outage current, long now) {
    if (!current.isAnnounced) {
      current.isAnnounced = true;
      announced = Optional.of(now);
      warning.accept("Redis is unavailable " + lastFailure);
    }
  }

  private void logRejection(Operation operation, String message, long now) {
    if (isQuietSince(rejectionLogged, now)) {
      rejectionLogged = Optional.of(now);
      warning.accept("Redis rejected a command (" + Setting.id(operation) + "): " + message);
    }
  }

  private static boolean isQuietSince(Optional<Long> logged, long now) {
    return logged.isEmpty() || now - logged.get() >= QUIET_NANOS;
  }

  private synchronized void end() {
    outage
        .filter(it -> it.isAnnounced)
        .ifPresent(it -> information.accept(it.summary(nanoTime.getAsLong())));
    outage = Optional.empty();
    isAvailable = true;
  }

  /** The commands that have failed since the start of an outage. */
  private static final class Outage {

    private final long start;
    private final Map<Operation, Long> missed = new EnumMap<>(Operation.class);
    private long notSent;
    private boolean isAnnounced;

    Outage(long start) {
      this.start = start;
    }

    void add(Operation operation, Failure failure) {
      missed.merge(operation, 1L, Long::sum);
      if (failure == Failure.NOT_PERMITTED) {
        notSent++;
      }
    }

    String summary(long end) {
      String operations =
          missed.entrySet().stream()
              .map(it -> Setting.id(it.getKey()) + " " + it.getValue())
              .collect(Collectors.joining(", "));
      return String.format(
          Locale.ROOT,
          "Redis is available again after %.1f s. Failed commands: %s; %d of them were not sent",
          (end - start) / 1e9,
          operations.isEmpty() ? "nothing" : operations,
          notSent);
    }
  }
}
