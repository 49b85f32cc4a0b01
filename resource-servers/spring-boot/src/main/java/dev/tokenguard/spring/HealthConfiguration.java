package dev.tokenguard.spring;

import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health contributor {@code tokenGuard} of Spring Boot 3. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
class HealthConfiguration {

  @Bean
  @ConditionalOnEnabledHealthIndicator("token-guard")
  HealthIndicator tokenGuardHealthIndicator(RevocationCheck check) {
    return () -> {
      RedisHealth redis = check.health();
      return Health.status(redis.status()).withDetails(redis.details()).build();
    };
  }
}
