package dev.tokenguard.checker;

import java.util.List;

/**
 * The one round trip to Redis, by whatever client the application has.
 *
 * <p>{@code MGET} is one command, so its values are of one moment. On a Cluster the keys lie in
 * several slots: send one {@code GET} for each in one pipeline. That the values are then of three
 * moments does no harm, because a revocation never withdraws a key.
 *
 * <p>Time limits are the client's: set them shorter than the application may wait.
 */
@FunctionalInterface
public interface Lookup {

  /**
   * Reads one to three keys.
   *
   * @param keys without null, without doubles
   * @return the value of each key, in their order; null where there is none
   * @throws Exception when Redis cannot be asked or does not answer in time
   */
  List<String> get(List<String> keys) throws Exception;
}
