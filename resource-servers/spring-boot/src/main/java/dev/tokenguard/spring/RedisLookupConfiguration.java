package dev.tokenguard.spring;

import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ResourceLoader;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/** The connection to Redis: by {@code token-guard.redis.url}, or like that of the application. */
@Configuration(proxyBeanMethods = false)
@Import({
  RedisLookupConfiguration.OfApplication.class,
  RedisLookupConfiguration.WithoutSpringData.class
})
class RedisLookupConfiguration {

  private static final String ACTION =
      "Set token-guard.redis.url, which needs Lettuce on the class path; or configure"
          + " spring.data.redis with spring-boot-starter-data-redis; or switch the check off by"
          + " token-guard.enabled=false.";

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(RedisConnectionFactory.class)
  static class OfApplication {

    @Bean
    RedisLookup tokenGuardRedis(
        TokenGuardProperties properties,
        ObjectProvider<RedisConnectionFactory> application,
        ResourceLoader classPath) {
      properties.validate();
      if (properties.hasOwnRedis()) {
        return own(properties, classPath);
      }
      RedisConnectionFactory factory = application.getIfUnique();
      Duration timeout = properties.timeout();
      if (factory instanceof LettuceConnectionFactory lettuce) {
        return LettuceRedisLookup.OfApplication.of(lettuce, timeout);
      }
      if (factory instanceof JedisConnectionFactory jedis) {
        return JedisRedisLookup.of(jedis, timeout);
      }
      if (factory == null) {
        throw new InvalidSettingException(
            "Token Guard has no Redis: the application has none, or several and no primary one.",
            ACTION);
      }
      throw new InvalidSettingException(
          "Token Guard cannot bound the time of a " + factory.getClass().getName() + ".", ACTION);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingClass("org.springframework.data.redis.connection.RedisConnectionFactory")
  static class WithoutSpringData {

    @Bean
    RedisLookup tokenGuardRedis(TokenGuardProperties properties, ResourceLoader classPath) {
      properties.validate();
      if (!properties.hasOwnRedis()) {
        throw new InvalidSettingException(
            "Token Guard has no Redis: token-guard.redis.url is not set.", ACTION);
      }
      return own(properties, classPath);
    }
  }

  private static RedisLookup own(TokenGuardProperties properties, ResourceLoader classPath) {
    if (!ClassUtils.isPresent("io.lettuce.core.RedisClient", classPath.getClassLoader())) {
      throw new InvalidSettingException(
          "token-guard.redis.url is set, and Lettuce is not on the class path.",
          "Add the dependency io.lettuce:lettuce-core.");
    }
    return LettuceRedisLookup.of(properties.redis().url(), properties.timeout());
  }
}
