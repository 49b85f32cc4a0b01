package dev.tokenguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import reactor.core.publisher.Mono;

/** What the starter adds to an application; the Redis of these tests is away. */
class TokenGuardAutoConfigurationTest {

  private static final String NOBODY_LISTENS = "redis://127.0.0.1:" + freePort();
  private static final AutoConfigurations STARTER =
      AutoConfigurations.of(TokenGuardAutoConfiguration.class);

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(STARTER)
          .withPropertyValues("token-guard.redis.url=" + NOBODY_LISTENS);

  private final ApplicationContextRunner api =
      application.withBean(JwtDecoder.class, () -> token -> expiringIn(60));

  @Test
  void given_a_decoder_of_the_application_then_it_is_wrapped() {
    api.run(
        context ->
            assertThat(context.getBean(JwtDecoder.class))
                .isInstanceOf(RevocationCheckingJwtDecoder.class));
  }

  @Test
  void given_a_reactive_decoder_of_the_application_then_it_is_wrapped() {
    application
        .withBean(ReactiveJwtDecoder.class, () -> token -> Mono.just(expiringIn(60)))
        .run(
            context ->
                assertThat(context.getBean(ReactiveJwtDecoder.class))
                    .isInstanceOf(ReactiveRevocationCheckingJwtDecoder.class));
  }

  @Test
  void given_no_decoder_then_the_starter_is_inactive() {
    application.run(
        context -> {
          assertThat(context).hasNotFailed();
          assertThat(context).doesNotHaveBean(RevocationCheck.class);
        });
  }

  @Test
  void given_no_resource_server_on_the_class_path_then_the_starter_is_inactive() {
    api.withClassLoader(new FilteredClassLoader(BearerTokenAuthenticationToken.class))
        .run(context -> assertThat(context).doesNotHaveBean(RevocationCheck.class));
  }

  @ParameterizedTest
  @CsvSource({"on, 1", "true, 1", "off, 0", "false, 0"})
  void given_the_switch_then_each_spelling_of_a_boolean_is_understood(String value, int checks) {
    api.withPropertyValues("token-guard.enabled=" + value)
        .run(context -> assertThat(context.getBeansOfType(RevocationCheck.class)).hasSize(checks));
  }

  @Test
  void given_a_switch_that_is_not_boolean_then_the_application_does_not_start() {
    api.withPropertyValues("token-guard.enabled=sure")
        .run(context -> assertThat(context).hasFailed());
  }

  @Test
  void given_mvc_or_webflux_then_a_filter_responds_in_front_of_spring_security() {
    new WebApplicationContextRunner()
        .withConfiguration(STARTER)
        .withPropertyValues("token-guard.redis.url=" + NOBODY_LISTENS)
        .withBean(JwtDecoder.class, () -> token -> expiringIn(60))
        .run(context -> assertThat(context).hasSingleBean(ServiceUnavailable.ServletFilter.class));
    new ReactiveWebApplicationContextRunner()
        .withConfiguration(STARTER)
        .withPropertyValues("token-guard.redis.url=" + NOBODY_LISTENS)
        .withBean(ReactiveJwtDecoder.class, () -> token -> Mono.just(expiringIn(60)))
        .run(context -> assertThat(context).hasSingleBean(ServiceUnavailable.ReactiveFilter.class));
  }

  @Test
  void given_no_redis_then_the_application_does_not_start_and_says_what_to_set() {
    ApplicationContextRunner unset = api.withPropertyValues("token-guard.redis.url=");
    unset.run(failsWith("has no Redis", "token-guard.redis.url"));
    unset
        .withClassLoader(new FilteredClassLoader(RedisConnectionFactory.class))
        .run(failsWith("token-guard.redis.url is not set", "spring-boot-starter-data-redis"));
    api.withClassLoader(new FilteredClassLoader(RedisClient.class))
        .run(failsWith("Lettuce is not on the class path", "io.lettuce:lettuce-core"));
  }

  @ParameterizedTest
  @CsvSource({
    "token-guard.timeout=0, token-guard.timeout is 0 ms, from 1 to 10000 ms",
    "token-guard.timeout=11s, token-guard.timeout is 11000 ms, from 1 to 10000 ms",
    "token-guard.cache.ttl=-1s, token-guard.cache.ttl is -1000 ms, from 0 to 60000 ms",
    "token-guard.cache.ttl=1h, token-guard.cache.ttl is 3600000 ms, from 0 to 60000 ms",
    "token-guard.cache.size=0, token-guard.cache.size is 0, 1 or more",
    "token-guard.redis.url=localhost:6379, token-guard.redis.url is not a URL, redis://host:6379"
  })
  void given_a_setting_out_of_range_then_the_application_does_not_start(
      String setting, String description, String action) {
    api.withPropertyValues(setting).run(failsWith(description, action));
  }

  @Test
  void given_a_url_that_is_wrong_then_its_password_is_not_shown() {
    api.withPropertyValues("token-guard.redis.url=http://:secret@redis")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageNotContaining("secret"));
  }

  @Test
  void given_a_cache_and_no_caffeine_then_the_application_does_not_start() {
    api.withPropertyValues("token-guard.cache.ttl=2s")
        .withClassLoader(new FilteredClassLoader(Caffeine.class))
        .run(failsWith("Caffeine is not on the class path", "com.github.ben-manes"));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        MeterRegistry.class,
        HealthIndicator.class,
        Mono.class,
        Caffeine.class,
        RedisConnectionFactory.class
      })
  void given_an_application_without_an_optional_library_then_it_starts(Class<?> library) {
    api.withClassLoader(new FilteredClassLoader(library))
        .run(context -> assertThat(context).hasSingleBean(RevocationCheck.class));
  }

  @Test
  void given_a_redis_that_is_away_then_the_token_is_neither_valid_nor_invalid() {
    api.run(
        context -> {
          assertThatExceptionOfType(RevocationUnknownException.class)
              .isThrownBy(() -> context.getBean(JwtDecoder.class).decode("any"));
          assertThat(healthOf(context)).isEqualTo(Status.DOWN);
        });
  }

  @Test
  void given_the_choice_to_accept_and_a_redis_that_is_away_then_the_token_is_valid_and_counted() {
    api.withPropertyValues("token-guard.when-unavailable=accept")
        .withBean(SimpleMeterRegistry.class)
        .run(
            context -> {
              assertThat(context.getBean(JwtDecoder.class).decode("any")).isNotNull();
              assertThat(healthOf(context)).isEqualTo(Status.UP);
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("token.guard.checks")
                          .tag("verdict", "unknown")
                          .timer()
                          .count())
                  .isEqualTo(1);
            });
  }

  @Test
  void given_the_switch_of_spring_boot_then_there_is_no_health_contributor() {
    api.withPropertyValues("management.health.token-guard.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
  }

  /** Spring Security accepts such a token, and its entries in Redis have expired. */
  @Test
  void given_a_token_within_the_clock_skew_of_spring_security_then_it_has_expired() {
    application
        .withPropertyValues("token-guard.when-unavailable=accept")
        .withBean(JwtDecoder.class, () -> token -> expiringIn(-1))
        .run(
            context ->
                assertThatThrownBy(() -> context.getBean(JwtDecoder.class).decode("any"))
                    .isInstanceOf(JwtValidationException.class)
                    .hasMessage("The access token expired"));
  }

  private static Status healthOf(AssertableApplicationContext context) {
    return context.getBean("tokenGuardHealthIndicator", HealthIndicator.class).health().getStatus();
  }

  private static ContextConsumer<AssertableApplicationContext> failsWith(
      String description, String action) {
    return context ->
        assertThat(context.getStartupFailure())
            .rootCause()
            .isInstanceOfSatisfying(
                InvalidSettingException.class,
                failure -> {
                  assertThat(failure).hasMessageContaining(description);
                  assertThat(failure.action()).contains(action);
                });
  }

  private static Jwt expiringIn(long seconds) {
    Instant now = Instant.now();
    return Jwt.withTokenValue("any")
        .header("alg", "RS256")
        .jti("id")
        .subject("user")
        .issuedAt(now.minusSeconds(60))
        .expiresAt(now.plusSeconds(seconds))
        .build();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
