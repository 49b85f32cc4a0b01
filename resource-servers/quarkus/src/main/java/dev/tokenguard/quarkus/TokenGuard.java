package dev.tokenguard.quarkus;

import dev.tokenguard.checker.AsyncRevocationChecker;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.cache.NearCache;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.redis.client.RedisClientName;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** The check with the settings of the application. */
@Singleton
class TokenGuard {

  private static final Logger LOG = Logger.getLogger("dev.tokenguard");

  private static final int ATTEMPTS_TO_CONNECT = 10;

  private final TokenGuardConfig config;
  private final BearerChallenge challenge;
  private final RedisLookup lookup;
  private final Optional<NearCache> cache;
  private final AsyncRevocationChecker checker;
  private final VerdictCounts counts = new VerdictCounts();
  private final AtomicBoolean isUnavailable = new AtomicBoolean();

  TokenGuard(
      TokenGuardConfig config,
      @RedisClientName(RedisClientDefaults.CLIENT) InjectableInstance<Redis> redis) {
    this.config = config;
    requireBetween("timeout", config.timeout(), Duration.ofMillis(10), Duration.ofSeconds(10));
    requireBetween("cache.ttl", config.cache().ttl(), Duration.ZERO, Duration.ofMinutes(1));
    require(
        "cache.size",
        config.cache().size() >= 1 && config.cache().size() <= 10_000_000,
        "set 1 to 10000000");
    require("key-prefix", !config.keyPrefix().isBlank(), "set that of the connection in Keycloak");
    this.challenge = challenge(config);
    this.lookup = new RedisLookup(() -> redis.get().connect(), config.timeout());
    this.cache =
        config.cache().ttl().isZero()
            ? Optional.empty()
            : Optional.of(NearCache.of(config.cache().ttl(), config.cache().size()));
    AsyncRevocationChecker withoutCache =
        AsyncRevocationChecker.of(lookup, config.whenUnavailable()).withPrefix(config.keyPrefix());
    this.checker = cache.map(withoutCache::withCache).orElse(withoutCache);
    if (config.enabled() && redis.listActive().isEmpty()) {
      String hosts = "quarkus.redis." + RedisClientDefaults.CLIENT + ".hosts";
      throw new ConfigurationException(
          hosts + " is not set: set the Redis of Keycloak, or token-guard.enabled=false",
          Set.of(hosts));
    }
  }

  /**
   * A wrong setting stops the start. The connection is made before the first request, which would
   * otherwise wait for longer than its timeout: a new JVM loads classes. Redis may be unavailable.
   */
  void start(@Observes StartupEvent event) {
    Meters.register(this);
    for (int attempt = 0; config.enabled() && attempt < ATTEMPTS_TO_CONNECT; attempt++) {
      try {
        readFromRedis().toCompletableFuture().join();
        return;
      } catch (CompletionException failed) {
        LOG.debug("Redis does not respond yet", failed);
      }
    }
  }

  boolean isEnabled() {
    return config.enabled();
  }

  BearerChallenge challenge() {
    return challenge;
  }

  Optional<NearCache> cache() {
    return cache;
  }

  VerdictCounts counts() {
    return counts;
  }

  CompletionStage<Verdict> check(TokenClaims claims) {
    return checker
        .check(claims)
        .thenApply(
            verdict -> {
              counts.add(verdict);
              logChange(verdict);
              return verdict;
            });
  }

  /** Reads a key that does not exist, as a check does. */
  CompletionStage<List<String>> readFromRedis() {
    return lookup.getAsync(List.of(config.keyPrefix() + "at:health"));
  }

  /** Once for an outage, and not for each request. */
  private void logChange(Verdict verdict) {
    if (verdict instanceof Verdict.Unknown unknown) {
      if (isUnavailable.compareAndSet(false, true)) {
        LOG.warnf(
            "Redis is unavailable: requests are %s until it responds. %s",
            unknown.isAccepted() ? "accepted, also with revoked tokens," : "refused with 503",
            unknown.failure());
      }
    } else if (isUnavailable.get() && isUnavailable.compareAndSet(true, false)) {
      LOG.info("Redis responds again");
    }
  }

  private static BearerChallenge challenge(TokenGuardConfig config) {
    try {
      return BearerChallenge.ofRealm(config.realm());
    } catch (IllegalArgumentException notPrintable) {
      throw new ConfigurationException("token-guard.realm: use printable ASCII", notPrintable);
    }
  }

  private static void requireBetween(
      String setting, Duration value, Duration least, Duration most) {
    require(
        setting,
        value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
        "set %d ms to %d ms".formatted(least.toMillis(), most.toMillis()));
  }

  private static void require(String setting, boolean isValid, String advice) {
    if (!isValid) {
      String name = "token-guard." + setting;
      throw new ConfigurationException(name + " is not valid: " + advice, Set.of(name));
    }
  }
}
