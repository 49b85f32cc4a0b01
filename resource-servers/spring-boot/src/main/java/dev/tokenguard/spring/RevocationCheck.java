package dev.tokenguard.spring;

import dev.tokenguard.checker.AsyncRevocationChecker;
import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Checks a validated access token: refused when it has expired or is revoked.
 *
 * <p>The entries in Redis expire with the token. Spring Security accepts a token until 60 seconds
 * after {@code exp}, which would make a revoked token valid again, so {@code exp} is compared here
 * without a tolerance.
 *
 * <p>Thread-safe.
 */
public final class RevocationCheck {

  private static final Logger LOG = LoggerFactory.getLogger(RevocationCheck.class);

  /** Metrics of the checks. */
  interface Recorder {

    /** Without Micrometer. */
    Recorder NONE =
        new Recorder() {
          @Override
          public void record(Verdict verdict, Duration duration) {}

          @Override
          public void observeCache(LongSupplier hits, LongSupplier misses) {}
        };

    void record(Verdict verdict, Duration duration);

    void observeCache(LongSupplier hits, LongSupplier misses);
  }

  private final RedisLookup redis;
  private final TokenGuardProperties properties;
  private final RevocationChecker checker;
  private final AsyncRevocationChecker asyncChecker;
  private final Recorder recorder;
  private final Clock clock;
  private final AtomicBoolean isAvailable = new AtomicBoolean(true);

  RevocationCheck(
      RedisLookup redis,
      TokenGuardProperties properties,
      Optional<RevocationCache> cache,
      Recorder recorder,
      Clock clock) {
    this.redis = redis;
    this.properties = properties;
    RevocationChecker blocking =
        RevocationChecker.of(redis, properties.whenUnavailable())
            .withPrefix(properties.keyPrefix());
    AsyncRevocationChecker async =
        AsyncRevocationChecker.of(redis, properties.whenUnavailable())
            .withPrefix(properties.keyPrefix());
    this.checker = cache.map(blocking::withCache).orElse(blocking);
    this.asyncChecker = cache.map(async::withCache).orElse(async);
    this.recorder = recorder;
    this.clock = clock;
  }

  /**
   * @return the token
   * @throws org.springframework.security.oauth2.jwt.JwtValidationException if it has expired or is
   *     revoked
   * @throws RevocationUnknownException if Redis is unavailable
   */
  public Jwt check(Jwt token) {
    refuseExpired(token);
    long beginning = System.nanoTime();
    return decide(token, checker.check(TokenClaims.of(token.getClaims())), beginning);
  }

  /** {@link #check} without a thread that waits. */
  public CompletionStage<Jwt> checkAsync(Jwt token) {
    try {
      refuseExpired(token);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedStage(refused);
    }
    long beginning = System.nanoTime();
    return asyncChecker
        .check(TokenClaims.of(token.getClaims()))
        .thenApply(verdict -> decide(token, verdict, beginning));
  }

  /** Reads a key that no token has; the ACL user of an API can read it. */
  boolean isRedisAvailable() {
    try {
      redis.get(List.of(properties.keyPrefix() + "at:health"));
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    } catch (Exception unavailable) {
      return false;
    }
  }

  private void refuseExpired(Jwt token) {
    Instant expiry = token.getExpiresAt();
    if (expiry != null && !clock.instant().isBefore(expiry)) {
      throw InvalidToken.expired();
    }
  }

  private Jwt decide(Jwt token, Verdict verdict, long beginning) {
    recorder.record(verdict, Duration.ofNanos(System.nanoTime() - beginning));
    if (verdict instanceof Verdict.Unknown unknown) {
      if (isAvailable.compareAndSet(true, false)) {
        LOG.warn(
            "Redis is unavailable; valid access tokens are {}: {}",
            unknown.isAccepted() ? "accepted, even if they are revoked" : "refused with 503",
            NestedExceptionUtils.getMostSpecificCause(unknown.failure()).toString());
      }
      if (unknown.isAccepted()) {
        return token;
      }
      throw new RevocationUnknownException(unknown.failure());
    }
    if (isAvailable.compareAndSet(false, true)) {
      LOG.info("Redis is available again");
    }
    if (verdict instanceof Verdict.Revoked revoked) {
      LOG.debug("Refused an access token: {} revoked ({})", revoked.scope(), revoked.reason());
      throw InvalidToken.revoked();
    }
    if (!verdict.isAccepted()) {
      throw InvalidToken.notValid();
    }
    return token;
  }
}
