package dev.tokenguard.checker;

import dev.tokenguard.checker.Verdict.Unknown;
import java.util.List;
import java.util.Optional;

/**
 * Checks in Redis whether a valid access token is revoked.
 *
 * <pre>
 * tg:at:&lt;jti&gt;   reason             the token is revoked
 * tg:sid:&lt;sid&gt;  second and reason  tokens of the session issued up to this second are revoked
 * tg:sub:&lt;sub&gt;  second             tokens of the user issued before this second are revoked
 * </pre>
 *
 * <p>The keys contain the ids as the token does. One {@link Lookup} reads the keys of the claims
 * that the token has. If several exist, the narrowest one applies.
 *
 * <p>A token is also revoked if a cut-off is not a number, or if there is one and the token has no
 * {@code iat}.
 *
 * <p>Immutable, and thread-safe if the {@link Lookup} is. {@link AsyncRevocationChecker} is the
 * same without a thread that waits.
 */
public final class RevocationChecker {

  /**
   * The round trip to Redis, by the Redis client of the application. There are implementations for
   * Jedis and Lettuce in this JAR.
   *
   * <p>Use one pipeline with a {@code GET} for each key. {@code MGET} is not equivalent: for a key
   * of another type it returns the same as for no key, and on a Cluster the keys are in several
   * slots. The values of a pipeline are not read at the same time, which is correct because a
   * revocation never deletes a key.
   *
   * <p>Set the timeouts of the client shorter than the application can wait.
   */
  @FunctionalInterface
  public interface Lookup {

    /**
     * Reads one to three keys.
     *
     * @param keys no null, and no duplicates
     * @return the value of each key in the same order; null for a key that does not exist
     * @throws IncompleteLookupException if some keys were read, and others not
     * @throws Exception if Redis is not reachable or does not answer in time
     */
    List<String> get(List<String> keys) throws Exception;
  }

  /** The result for a token while Redis is unavailable. There is no default. */
  public enum WhenUnavailable {
    /** The token is accepted until it expires, even if it is revoked. */
    ACCEPT,
    /** The token is refused. Respond with 503 and not with 401: the token may be valid. */
    REFUSE
  }

  private final Lookup lookup;
  private final Check.Settings settings;

  private RevocationChecker(Lookup lookup, Check.Settings settings) {
    this.lookup = lookup;
    this.settings = settings;
  }

  public static RevocationChecker of(Lookup lookup, WhenUnavailable choice) {
    return new RevocationChecker(lookup, Check.Settings.of(choice));
  }

  /**
   * A checker for keys with another prefix than {@code tg:}.
   *
   * @param keyPrefix the setting {@code key-prefix} of the connection in Keycloak
   */
  public RevocationChecker withPrefix(String keyPrefix) {
    return new RevocationChecker(lookup, settings.withPrefix(keyPrefix));
  }

  /**
   * A checker that reads from Redis only what the cache does not have.
   *
   * @param cache for checkers of the same Redis
   */
  public RevocationChecker withCache(RevocationCache cache) {
    return new RevocationChecker(lookup, settings.withCache(cache));
  }

  /**
   * Checks a token whose signature, issuer, audience and expiry have been validated. Does not throw
   * if Redis is unavailable: see {@link Unknown}.
   */
  public Verdict check(TokenClaims claims) {
    Check check = new Check(settings, claims);
    Optional<Verdict> known = check.withoutRedis();
    if (known.isPresent()) {
      return known.get();
    }
    try {
      return check.verdict(lookup.get(check.keys()));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return check.verdict(stopped);
    } catch (Exception failed) {
      return check.verdict(failed);
    }
  }
}
