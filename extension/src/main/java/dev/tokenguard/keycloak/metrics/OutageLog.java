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
 * One line when Redis goes and one when it is back, however many requests are hit. A single failure
 * is said at most once a minute, unless Redis turns out to be away.
 */
final class OutageLog {

  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final Consumer<String> warning;
  private final Consumer<String> information;
  private Optional<Outage> outage = Optional.empty();
  private Optional<Long> announced = Optional.empty();
  private Optional<Long> rejectionSaid = Optional.empty();
  private String lastFailure = "";

  /** Read before all else: nothing is locked while Redis is well. */
  private volatile boolean isWell = true;

  OutageLog(LongSupplier nanoTime, Consumer<String> warning, Consumer<String> information) {
    this.nanoTime = nanoTime;
    this.warning = warning;
    this.information = information;
  }

  void answered() {
    if (!isWell) {
      end();
    }
  }

  synchronized void failed(Operation operation, Failure failure, String message) {
    long now = nanoTime.getAsLong();
    if (failure != Failure.NOT_PERMITTED) {
      lastFailure = "(" + Setting.id(failure) + "): " + message;
    }
    if (failure == Failure.REJECTED && outage.isEmpty()) {
      sayRejection(operation, message, now);
      return;
    }
    Outage current = begun(now);
    current.add(operation, failure);
    if (isQuietSince(announced, now)) {
      announce(current, now);
    }
  }

  /** Redis is not asked any more. */
  synchronized void opened() {
    long now = nanoTime.getAsLong();
    announce(begun(now), now);
  }

  private Outage begun(long now) {
    isWell = false;
    outage = outage.or(() -> Optional.of(new Outage(now)));
    return outage.get();
  }

  private void announce(Outage current, long now) {
    if (!current.isAnnounced) {
      current.isAnnounced = true;
      announced = Optional.of(now);
      warning.accept("Redis does not answer as it should " + lastFailure);
    }
  }

  private void sayRejection(Operation operation, String message, long now) {
    if (isQuietSince(rejectionSaid, now)) {
      rejectionSaid = Optional.of(now);
      warning.accept(
          "Redis answers, but did not do what it was asked for ("
              + Setting.id(operation)
              + "): "
              + message);
    }
  }

  private static boolean isQuietSince(Optional<Long> said, long now) {
    return said.isEmpty() || now - said.get() >= QUIET_NANOS;
  }

  private synchronized void end() {
    outage
        .filter(it -> it.isAnnounced)
        .ifPresent(it -> information.accept(it.summary(nanoTime.getAsLong())));
    outage = Optional.empty();
    isWell = true;
  }

  /** What went without Redis since it did not answer. */
  private static final class Outage {

    private final long begin;
    private final Map<Operation, Long> missed = new EnumMap<>(Operation.class);
    private long notSent;
    private boolean isAnnounced;

    Outage(long begin) {
      this.begin = begin;
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
          "Redis answers again after %.1f s. Without it went: %s; %d of them were not sent",
          (end - begin) / 1e9,
          operations.isEmpty() ? "nothing" : operations,
          notSent);
    }
  }
}
