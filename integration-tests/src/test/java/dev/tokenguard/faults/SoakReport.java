package dev.tokenguard.faults;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a soak has found.
 *
 * @param requests that were answered, those of the warm-up included
 * @param postponed of them, by a 503: the machine was too slow for the timeouts
 * @param honest families of honest clients
 * @param refused answers to such clients: the false alarms, and tokens that had expired, as on a
 *     machine that serves no client for a minute
 * @param falseAlarms what such a client was refused although its tokens had not expired
 * @param loggedOut families that were logged out
 * @param thefts families of which a token was stolen
 * @param escapes what a thief, its victim, or a client that logged out could still do
 * @param violations the first false alarms and the first escapes
 * @param samples of the memory, in their order
 */
public record SoakReport(
    long requests,
    long postponed,
    long honest,
    long refused,
    long falseAlarms,
    long loggedOut,
    long thefts,
    long escapes,
    List<String> violations,
    List<Sample> samples) {

  /**
   * Memory at one moment.
   *
   * @param second since the warm-up
   * @param redisBytes that Redis uses, but for the log of incidents, which is bounded by itself
   * @param stateBytes of all keys but that log
   * @param keys how many these are
   * @param heapBytes of Keycloak after a full garbage collection
   */
  public record Sample(long second, long redisBytes, long stateBytes, long keys, long heapBytes) {}

  /** A figure in the last quarter of the time, by the same in the first. */
  public double growth(ToDoubleFunction<Sample> figure) {
    int quarter = samples.size() / 4;
    List<Sample> last = samples.subList(samples.size() - quarter, samples.size());
    return mean(last, figure) / mean(samples.subList(0, quarter), figure);
  }

  public double mean(ToDoubleFunction<Sample> figure) {
    return mean(samples, figure);
  }

  private static double mean(List<Sample> some, ToDoubleFunction<Sample> figure) {
    return some.stream().mapToDouble(figure).average().orElseThrow();
  }
}
