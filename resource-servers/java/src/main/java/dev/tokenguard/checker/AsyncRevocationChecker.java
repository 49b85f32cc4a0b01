package dev.tokenguard.checker;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * {@link RevocationChecker} without a thread that waits: same keys, same verdicts.
 *
 * <p>Immutable, and thread-safe if the {@link AsyncLookup} is.
 */
public final class AsyncRevocationChecker {

  /** {@link RevocationChecker.Lookup} without a thread that waits. */
  @FunctionalInterface
  public interface AsyncLookup {

    /**
     * Reads one to three keys.
     *
     * @param keys no null, and no duplicates
     * @return the value of each key in the same order, null for a key that does not exist.
     *     Completes with an exception if Redis is not reachable or does not answer in time, with an
     *     {@link IncompleteLookupException} if only some keys could be read
     */
    CompletionStage<List<String>> getAsync(List<String> keys);
  }

  private final AsyncLookup lookup;
  private final Check.Settings settings;

  private AsyncRevocationChecker(AsyncLookup lookup, Check.Settings settings) {
    this.lookup = lookup;
    this.settings = settings;
  }

  public static AsyncRevocationChecker of(AsyncLookup lookup, WhenUnavailable choice) {
    return new AsyncRevocationChecker(lookup, Check.Settings.of(choice));
  }

  /**
   * @see RevocationChecker#withPrefix
   */
  public AsyncRevocationChecker withPrefix(String keyPrefix) {
    return new AsyncRevocationChecker(lookup, settings.withPrefix(keyPrefix));
  }

  /**
   * @see RevocationChecker#withCache
   */
  public AsyncRevocationChecker withCache(RevocationCache cache) {
    return new AsyncRevocationChecker(lookup, settings.withCache(cache));
  }

  /**
   * Checks a token whose signature, issuer, audience and expiry have been validated.
   *
   * @return completed at once if the cache has the verdict; otherwise completed by the thread that
   *     completes the lookup. Completes with {@link Verdict.Unknown} and not with an exception if
   *     Redis is unavailable
   */
  public CompletionStage<Verdict> check(TokenClaims claims) {
    Check check = new Check(settings, claims);
    Optional<Verdict> known = check.withoutRedis();
    if (known.isPresent()) {
      return CompletableFuture.completedStage(known.get());
    }
    try {
      return lookup
          .getAsync(check.keys())
          .handle(
              (values, failure) ->
                  failure == null ? check.verdict(values) : check.verdict(cause(failure)));
    } catch (RuntimeException failed) {
      return CompletableFuture.completedStage(check.verdict(failed));
    }
  }

  /** A stage that depends on a failed one has the failure as its cause. */
  private static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause;
  }
}
