package dev.tokenguard.checker.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict.Revoked;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps what was read from Redis: for a short time that a token is not revoked, and until its
 * expiry that it is.
 *
 * <p>The value of each key is kept for the time that the application sets, so this is the longest
 * delay of a revocation. Tokens of one session or user share the value. The time begins before the
 * round trip. With {@link KeyTracking}, Redis invalidates a key when it changes, and the time is
 * only the bound for lost messages.
 *
 * <p>A revoked verdict is kept per token until {@code exp}, also through outages and data loss of
 * Redis. Without {@code exp} it is kept for the time of other values. That Redis is unavailable is
 * never kept.
 *
 * <p>Thread-safe. No method blocks.
 */
public final class NearCache implements RevocationCache {

  /** An access token that is valid for longer is checked again then. */
  private static final Duration LONGEST = Duration.ofDays(365);

  /**
   * Keys share counters of invalidations. An invalidation keeps a read of another key with the same
   * counter out of the cache only if it arrives during its round trip.
   */
  private static final int COUNTERS = 1 << 10;

  /**
   * What happened since the cache was created, for metrics.
   *
   * @param hits checks without a round trip
   * @param misses checks with a round trip, also if it failed
   * @param evictions entries that were removed because the cache was full: make it larger
   * @param invalidations keys that Redis reported as changed; {@link #invalidateAll()} counts as
   *     one
   */
  public record Statistics(long hits, long misses, long evictions, long invalidations) {}

  /**
   * @param value empty for a key that does not exist
   * @param epoch of the cache when the read began
   */
  private record Kept(Optional<String> value, long readAt, long epoch) {}

  /**
   * @param remaining until the token expires, when the verdict was read
   */
  private record KeptVerdict(Revoked verdict, Duration remaining) {}

  private final long timeToLive;
  private final Ticker ticker;
  private final Clock clock;
  private final Cache<String, Kept> values;
  private final Cache<Object, KeptVerdict> revoked;
  private final AtomicLongArray counters = new AtomicLongArray(COUNTERS);
  private final AtomicLong epoch = new AtomicLong();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder invalidations = new LongAdder();

  private NearCache(Duration timeToLive, long maxEntries, Ticker ticker, Clock clock) {
    if (timeToLive.isNegative() || timeToLive.isZero() || timeToLive.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "The cache keeps values for more than 0, and at most 365 days. To switch it off, create"
              + " the checker without a cache.");
    }
    if (maxEntries < 1) {
      throw new IllegalArgumentException("The cache needs a size of 1 or more");
    }
    this.timeToLive = timeToLive.toNanos();
    this.ticker = ticker;
    this.clock = clock;
    // Evictions are counted at once instead of by a pool of threads.
    values =
        Caffeine.newBuilder()
            .ticker(ticker)
            .executor(Runnable::run)
            .maximumSize(maxEntries)
            .expireAfterWrite(timeToLive)
            .evictionListener((key, value, cause) -> countEviction(cause))
            .build();
    revoked =
        Caffeine.newBuilder()
            .ticker(ticker)
            .executor(Runnable::run)
            .maximumSize(maxEntries)
            .expireAfter(Expiry.<Object, KeptVerdict>creating((token, kept) -> kept.remaining))
            .evictionListener((key, value, cause) -> countEviction(cause))
            .build();
  }

  /**
   * @param timeToLive the longest delay of a revocation, suggested 1 to 5 seconds
   * @param maxEntries the number of keys, three per token at most, and that of revoked tokens
   */
  public static NearCache of(Duration timeToLive, long maxEntries) {
    return of(timeToLive, maxEntries, Ticker.systemTicker(), Clock.systemUTC());
  }

  static NearCache of(Duration timeToLive, long maxEntries, Ticker ticker, Clock clock) {
    return new NearCache(timeToLive, maxEntries, ticker, clock);
  }

  public Statistics statistics() {
    return new Statistics(hits.sum(), misses.sum(), evictions.sum(), invalidations.sum());
  }

  @Override
  public Attempt begin(TokenClaims claims, List<String> keys) {
    return new KeptAttempt(claims, keys);
  }

  @Override
  public void invalidate(String key) {
    // Before the removal: a read that stores its value later sees the change.
    counters.incrementAndGet(counterOf(key));
    values.invalidate(key);
    invalidations.increment();
  }

  @Override
  public void invalidateAll() {
    epoch.incrementAndGet();
    values.invalidateAll();
    invalidations.increment();
  }

  private void countEviction(RemovalCause cause) {
    if (cause == RemovalCause.SIZE) {
      evictions.increment();
    }
  }

  private Duration remaining(TokenClaims token) {
    if (token.expiresAt().isEmpty()) {
      return Duration.ofNanos(timeToLive);
    }
    long now = clock.instant().getEpochSecond();
    long seconds = Math.min(token.expiresAt().getAsLong(), now + LONGEST.toSeconds()) - now + 1;
    return Duration.ofSeconds(Math.max(seconds, 0));
  }

  private static int counterOf(String key) {
    int hash = key.hashCode();
    return (hash ^ hash >>> 16) & COUNTERS - 1;
  }

  private final class KeptAttempt implements Attempt {

    private final TokenClaims claims;
    private final List<String> keys;
    private final long beginning = ticker.read();
    private final long epochThen = epoch.get();
    private final long[] countersThen;

    KeptAttempt(TokenClaims claims, List<String> keys) {
      this.claims = claims;
      this.keys = keys;
      this.countersThen = new long[keys.size()];
      for (int index = 0; index < countersThen.length; index++) {
        countersThen[index] = counters.get(counterOf(keys.get(index)));
      }
    }

    /** The id of a token is unique; its key is hashed for the values as well. */
    private Object token() {
      return claims.tokenId().isPresent() ? keys.get(0) : claims;
    }

    @Override
    public Optional<Revoked> revoked() {
      KeptVerdict kept = revoked.getIfPresent(token());
      if (kept == null) {
        return Optional.empty();
      }
      hits.increment();
      return Optional.of(kept.verdict);
    }

    @Override
    public Optional<List<String>> values() {
      List<String> found = new ArrayList<>(keys.size());
      for (String key : keys) {
        Kept kept = values.getIfPresent(key);
        if (kept == null || !isFresh(kept)) {
          misses.increment();
          return Optional.empty();
        }
        found.add(kept.value.orElse(null));
      }
      hits.increment();
      return Optional.of(found);
    }

    private boolean isFresh(Kept kept) {
      return kept.epoch == epochThen && beginning - kept.readAt < timeToLive;
    }

    @Override
    public void keep(List<String> read) {
      for (int index = 0; index < keys.size(); index++) {
        int counter = counterOf(keys.get(index));
        long then = countersThen[index];
        Kept kept = new Kept(Optional.ofNullable(read.get(index)), beginning, epochThen);
        // Atomic with the removal of an invalidation, which changes the counter first.
        values
            .asMap()
            .compute(
                keys.get(index),
                (key, other) -> counters.get(counter) == then ? newer(kept, other) : other);
      }
    }

    private Kept newer(Kept kept, Kept other) {
      return other != null && other.readAt - kept.readAt > 0 ? other : kept;
    }

    @Override
    public void keep(Revoked verdict) {
      revoked.put(token(), new KeptVerdict(verdict, remaining(claims)));
    }
  }
}
