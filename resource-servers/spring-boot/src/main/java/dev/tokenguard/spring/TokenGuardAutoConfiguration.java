package dev.tokenguard.spring;

import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.cache.NearCache;
import java.time.Clock;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

/**
 * Checks the access tokens of a resource server that validates JWTs.
 *
 * <p>Inactive without a decoder: an application that introspects opaque tokens asks Keycloak about
 * each token already.
 */
@AutoConfiguration(
    afterName = {
      // Spring Boot 3
      "org.springframework.boot.autoconfigure.security.oauth2.resource.servlet.OAuth2ResourceServerAutoConfiguration",
      "org.springframework.boot.autoconfigure.security.oauth2.resource.reactive.ReactiveOAuth2ResourceServerAutoConfiguration",
      // Spring Boot 4
      "org.springframework.boot.security.oauth2.server.resource.autoconfigure.servlet.OAuth2ResourceServerAutoConfiguration",
      "org.springframework.boot.security.oauth2.server.resource.autoconfigure.reactive.ReactiveOAuth2ResourceServerAutoConfiguration"
    })
@ConditionalOnClass({JwtDecoder.class, BearerTokenAuthenticationToken.class})
@Conditional({
  TokenGuardAutoConfiguration.IsEnabled.class,
  TokenGuardAutoConfiguration.HasDecoder.class
})
@EnableConfigurationProperties(TokenGuardProperties.class)
@Import({RedisLookupConfiguration.class, ActuatorConfiguration.class})
public class TokenGuardAutoConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(TokenGuardAutoConfiguration.class);

  /**
   * Converts the value as Spring Boot does elsewhere: by its own condition, {@code on} would switch
   * the check off. A value that is not boolean stops the start.
   */
  static class IsEnabled implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return context.getEnvironment().getProperty("token-guard.enabled", Boolean.class, true);
    }
  }

  static class HasDecoder extends AnyNestedCondition {

    HasDecoder() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnBean(JwtDecoder.class)
    static class Blocking {}

    @ConditionalOnBean(ReactiveJwtDecoder.class)
    static class Reactive {}
  }

  @Bean
  RevocationCheck tokenGuardRevocationCheck(
      RedisLookup redis,
      TokenGuardProperties properties,
      ObjectProvider<RevocationCheck.Recorder> recorders,
      ResourceLoader classPath) {
    RevocationCheck.Recorder recorder =
        recorders.getIfAvailable(() -> RevocationCheck.Recorder.NONE);
    Optional<RevocationCache> cache =
        properties.cache().isOn()
            ? Optional.of(cache(properties, recorder, classPath))
            : Optional.empty();
    return new RevocationCheck(redis, properties, cache, recorder, Clock.systemUTC());
  }

  private static RevocationCache cache(
      TokenGuardProperties properties,
      RevocationCheck.Recorder recorder,
      ResourceLoader classPath) {
    if (!ClassUtils.isPresent(
        "com.github.benmanes.caffeine.cache.Caffeine", classPath.getClassLoader())) {
      throw new InvalidSettingException(
          "token-guard.cache.ttl is set, and Caffeine is not on the class path.",
          "Add the dependency com.github.ben-manes.caffeine:caffeine, or set it to 0.");
    }
    NearCache cache = NearCache.of(properties.cache().ttl(), properties.cache().size());
    recorder.observeCache(() -> cache.statistics().hits(), () -> cache.statistics().misses());
    return cache;
  }

  /** Wraps each decoder bean, whether Spring Boot or the application has defined it. */
  static final class DecoderPostProcessor<T> implements BeanPostProcessor {

    private final Class<T> type;
    private final Class<? extends T> wrapped;
    private final UnaryOperator<T> wrapper;

    /**
     * @param wrapped what the application has wrapped itself stays as it is
     */
    DecoderPostProcessor(Class<T> type, Class<? extends T> wrapped, UnaryOperator<T> wrapper) {
      this.type = type;
      this.wrapped = wrapped;
      this.wrapper = wrapper;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
      if (!type.isInstance(bean) || wrapped.isInstance(bean)) {
        return bean;
      }
      LOG.info("Access tokens of the decoder '{}' are checked for revocation", name);
      return wrapper.apply(type.cast(bean));
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class BlockingDecoders {

    @Bean
    static DecoderPostProcessor<JwtDecoder> tokenGuardJwtDecoders(
        ObjectProvider<RevocationCheck> check) {
      return new DecoderPostProcessor<>(
          JwtDecoder.class,
          RevocationCheckingJwtDecoder.class,
          decoder -> new RevocationCheckingJwtDecoder(decoder, check.getObject()));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(Mono.class)
  static class ReactiveDecoders {

    @Bean
    static DecoderPostProcessor<ReactiveJwtDecoder> tokenGuardReactiveJwtDecoders(
        ObjectProvider<RevocationCheck> check) {
      return new DecoderPostProcessor<>(
          ReactiveJwtDecoder.class,
          ReactiveRevocationCheckingJwtDecoder.class,
          decoder -> new ReactiveRevocationCheckingJwtDecoder(decoder, check.getObject()));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = Type.SERVLET)
  static class Servlet {

    @Bean
    ServiceUnavailable.ServletFilter tokenGuardServiceUnavailableFilter() {
      return new ServiceUnavailable.ServletFilter();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = Type.REACTIVE)
  static class WebFlux {

    @Bean
    ServiceUnavailable.ReactiveFilter tokenGuardServiceUnavailableFilter() {
      return new ServiceUnavailable.ReactiveFilter();
    }
  }
}
