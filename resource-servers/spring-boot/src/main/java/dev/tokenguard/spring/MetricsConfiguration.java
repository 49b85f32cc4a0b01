package dev.tokenguard.spring;

import dev.tokenguard.checker.Verdict;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** {@code token.guard.checks} by verdict, and {@code token.guard.cache.gets} by result. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(MeterRegistry.class)
class MetricsConfiguration {

  @Bean
  CheckRecorder tokenGuardCheckRecorder(ObjectProvider<MeterRegistry> registry) {
    return Optional.ofNullable(registry.getIfAvailable())
        .<CheckRecorder>map(MicrometerRecorder::new)
        .orElse(CheckRecorder.NONE);
  }

  private record MicrometerRecorder(MeterRegistry registry) implements CheckRecorder {

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
