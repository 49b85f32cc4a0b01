package dev.tokenguard.checker;

import dev.tokenguard.checker.Verdict.Revoked;
import java.util.List;
import java.util.Optional;

/**
 * What a checker has read before. {@link dev.tokenguard.checker.cache.NearCache} is the
 * implementation for applications; this interface keeps its library out of this package.
 *
 * <p>Implementations are thread-safe and do not block.
 */
public interface RevocationCache {

  /** Begins the check of a token, before its keys are read from Redis. */
  Attempt begin(TokenClaims claims, List<String> keys);

  /** The key has changed in Redis. Values whose read began earlier are not used any more. */
  void invalidate(String key);

  /**
   * Any key may have changed in Redis. Revoked verdicts stay: Token Guard never takes a revocation
   * back.
   */
  void invalidateAll();

  /** The check of one token. */
  interface Attempt {

    /** The verdict on this token, if it was revoked before. */
    Optional<Revoked> revoked();

    /** The values of all keys in their order, null for a missing one; empty if one is not kept. */
    Optional<List<String>> values();

    /**
     * Keeps what was read since {@link #begin}, except for keys that were invalidated since then.
     *
     * @param values of all keys in their order, null for a missing one
     */
    void keep(List<String> values);

    /** Keeps the verdict until the token expires. */
    void keep(Revoked verdict);
  }
}
