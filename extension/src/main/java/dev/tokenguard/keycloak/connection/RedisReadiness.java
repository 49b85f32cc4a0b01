package dev.tokenguard.keycloak.connection;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Found by {@code kc.sh build} because of {@code META-INF/beans.xml}. Without {@code
 * --health-enabled} it is left out.
 */
@Readiness
@ApplicationScoped
public class RedisReadiness implements HealthCheck {

  private static final RedisHealth UNKNOWN = new RedisHealth(true, Map.of("redis", "not started"));

  /** Quarkus makes this object and Keycloak the connection; neither knows of the other. */
  private static volatile Supplier<RedisHealth> source = () -> UNKNOWN;

  /** The connection of this node says from now on how it is. */
  public static void ask(Supplier<RedisHealth> connection) {
    source = connection;
  }

  @Override
  public HealthCheckResponse call() {
    RedisHealth health = source.get();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("Token Guard Redis connection").status(health.isReady());
    health.details().forEach(response::withData);
    return response.build();
  }
}
