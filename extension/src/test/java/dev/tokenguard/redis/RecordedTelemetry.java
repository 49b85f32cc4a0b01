package dev.tokenguard.redis;

import dev.tokenguard.redis.connection.RedisTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records each call. */
public final class RecordedTelemetry implements RedisTelemetry {

  public record Failed(Operation operation, Failure failure, String message) {}

  public final List<Operation> answered = new CopyOnWriteArrayList<>();
  public final List<Failed> failed = new CopyOnWriteArrayList<>();
  public final List<BreakerState> entered = new CopyOnWriteArrayList<>();

  @Override
  public void answered(Operation operation, Duration took) {
    answered.add(operation);
  }

  @Override
  public void failed(Operation operation, Failure failure, String message) {
    failed.add(new Failed(operation, failure, message));
  }

  @Override
  public void entered(BreakerState state) {
    entered.add(state);
  }
}
