package dev.tokenguard.spring;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** {@link HealthConfiguration} for Spring Boot 4, which has moved the classes. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
class SpringBoot4HealthConfiguration {

  @Bean
  @ConditionalOnEnabledHealthIndicator("token-guard")
  HealthIndicator tokenGuardHealthIndicator(RevocationCheck check) {
    return () -> {
      RedisHealth redis = check.health();
      return Health.status(redis.status()).withDetails(redis.details()).build();
    };
  }
}
