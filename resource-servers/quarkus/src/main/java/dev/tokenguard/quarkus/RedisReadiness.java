package dev.tokenguard.quarkus;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Not ready while Redis is unavailable and requests are therefore refused. No bean without {@code
 * quarkus-smallrye-health}, which knows its annotation.
 */
@Readiness
class RedisReadiness implements AsyncHealthCheck {

  private static final String NAME = "Token Guard";

  private final TokenGuard guard;
  private final boolean isNeeded;

  RedisReadiness(TokenGuard guard, TokenGuardConfig config) {
    this.guard = guard;
    this.isNeeded = config.enabled() && config.whenUnavailable() == WhenUnavailable.REFUSE;
  }

  @Override
  public Uni<HealthCheckResponse> call() {
    if (!isNeeded) {
      return Uni.createFrom().item(HealthCheckResponse.up(NAME));
    }
    return Uni.createFrom()
        .completionStage(guard::readFromRedis)
        .map(values -> HealthCheckResponse.up(NAME))
        .onFailure()
        .recoverWithItem(HealthCheckResponse.down(NAME));
  }
}
