package dev.tokenguard.spring;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.Verdict;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Health and metrics. Each nested class refers to libraries that an application may not have, so
 * that only the condition on it decides whether they are loaded.
 */
@Configuration(proxyBeanMethods = false)
class ActuatorConfiguration {

  /** {@code token.guard.checks} by verdict, and {@code token.guard.cache.gets} by result. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Metrics {

    @Bean
    RevocationCheck.Recorder tokenGuardCheckRecorder(ObjectProvider<MeterRegistry> registry) {
      return Optional.ofNullable(registry.getIfAvailable())
          .<RevocationCheck.Recorder>map(MicrometerRecorder::new)
          .orElse(RevocationCheck.Recorder.NONE);
    }
  }

  /** The health contributor {@code tokenGuard} of Spring Boot 3. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
  static class SpringBoot3Health {

    @Bean
    @ConditionalOnEnabledHealthIndicator("token-guard")
    HealthIndicator tokenGuardHealthIndicator(
        RevocationCheck check, TokenGuardProperties properties) {
      return () -> {
        RedisHealth redis = RedisHealth.of(check, properties);
        return Health.status(redis.status).withDetails(redis.details).build();
      };
    }
  }

  /** The same for Spring Boot 4, which has moved the classes. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({
    org.springframework.boot.health.contributor.HealthIndicator.class,
    org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator
        .class
  })
  static class SpringBoot4Health {

    @Bean
    @org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator(
        "token-guard")
    org.springframework.boot.health.contributor.HealthIndicator tokenGuardHealthIndicator(
        RevocationCheck check, TokenGuardProperties properties) {
      return () -> {
        RedisHealth redis = RedisHealth.of(check, properties);
        return org.springframework.boot.health.contributor.Health.status(redis.status)
            .withDetails(redis.details)
            .build();
      };
    }
  }

  /**
   * Whether this instance can do its work.
   *
   * <p>Without Redis it is DOWN if it refuses all tokens. It is UP if it accepts them: a load
   * balancer would otherwise take away an instance that serves.
   */
  private record RedisHealth(String status, Map<String, String> details) {

    static RedisHealth of(RevocationCheck check, TokenGuardProperties properties) {
      boolean isAvailable = check.isRedisAvailable();
      boolean accepts = properties.whenUnavailable() == WhenUnavailable.ACCEPT;
      return new RedisHealth(
          isAvailable || accepts ? "UP" : "DOWN",
          Map.of(
              "redis",
              isAvailable ? "available" : "unavailable",
              "whenUnavailable",
              accepts ? "accept" : "refuse"));
    }
  }

  private record MicrometerRecorder(MeterRegistry registry) implements RevocationCheck.Recorder {

    @Override
    public void record(Verdict verdict, Duration duration) {
      Timer.builder("token.guard.checks")
          .description("Checks whether an access token is revoked")
          .tag("verdict", verdict.getClass().getSimpleName().toLowerCase(Locale.ROOT))
          .register(registry)
          .record(duration);
    }

    @Override
    public void observeCache(LongSupplier hits, LongSupplier misses) {
      register("hit", hits);
      register("miss", misses);
    }

    private void register(String result, LongSupplier count) {
      FunctionCounter.builder("token.guard.cache.gets", count, LongSupplier::getAsLong)
          .description("Checks with and without a round trip to Redis")
          .tag("result", result)
          .register(registry);
    }
  }
}
