package dev.tokenguard.checker;

import java.util.List;

/**
 * The round trip to Redis, by the Redis client of the application.
 *
 * <p>Use {@code MGET}. On a Cluster the keys are in several slots: use one pipeline with a {@code
 * GET} for each. The values are then not read at the same time, which is correct because a
 * revocation never deletes a key.
 *
 * <p>Set the time-outs of the client shorter than the application can wait.
 */
@FunctionalInterface
public interface Lookup {

  /**
   * Reads one to three keys.
   *
   * @param keys no null, and no duplicates
   * @return the value of each key in the same order; null for a key that does not exist
   * @throws Exception if Redis is not reachable or does not answer in time
   */
  List<String> get(List<String> keys) throws Exception;
}
