package dev.tokenguard.keycloak.connection;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * The check of Redis in {@code /health/ready}. {@code kc.sh build} finds the bean because of {@code
 * META-INF/beans.xml}, and leaves it out without {@code --health-enabled}.
 */
@Readiness
@ApplicationScoped
public class RedisReadiness implements HealthCheck {

  private volatile Supplier<State> connection =
      () -> new State(true, Map.of("redis", "not started"));

  /**
   * The state of the connection.
   *
   * @param isReady whether a load balancer sends requests to a node in this state
   * @param details for an administrator
   */
  public record State(boolean isReady, Map<String, String> details) {

    public State {
      // Map.copyOf() does not keep the order.
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /** Connects the bean of this node, if there is one: Quarkus creates it, not Keycloak. */
  static void register(Supplier<State> connection) {
    try {
      CDI.current().select(RedisReadiness.class, Readiness.Literal.INSTANCE).stream()
          .forEach(bean -> bean.observe(connection));
    } catch (IllegalStateException | IllegalArgumentException noHealth) {
      // No container, as in unit tests; or the qualifier is unknown: built without
      // --health-enabled.
    }
  }

  /** Public for the client proxy that Quarkus generates. */
  public void observe(Supplier<State> source) {
    connection = source;
  }

  @Override
  public HealthCheckResponse call() {
    State state = connection.get();
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("Token Guard Redis connection").status(state.isReady());
    state.details().forEach(response::withData);
    return response.build();
  }
}
