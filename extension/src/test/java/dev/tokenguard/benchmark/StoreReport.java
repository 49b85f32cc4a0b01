package dev.tokenguard.benchmark;

import java.util.List;
import java.util.function.Function;

/** What the store benchmark measured. */
record StoreReport(
    String redisVersion, List<ScriptTime> times, List<FamilySize> sizes, List<LookUps> lookUps) {

  /**
   * The time of a rotation when Redis holds so many families.
   *
   * @param firstServerMicros of a family's first refresh, mean on the clock of Redis
   * @param serverMicros likewise, of a later refresh
   * @param p50Micros as the caller of the store sees it, round trip included
   * @param bytesPerFamily with one family per user
   */
  record ScriptTime(
      int families,
      double firstServerMicros,
      double serverMicros,
      double p50Micros,
      double p99Micros,
      double bytesPerFamily) {}

  /**
   * The memory of a family, with its share of the user's key and its expiry.
   *
   * @param familiesPerUser how many share a key
   * @param afterFirst bytes after the first refresh
   * @param afterMany bytes after several more
   */
  record FamilySize(int familiesPerUser, double afterFirst, double afterMany) {}

  /**
   * The time of a look-up when so many access tokens are on the blacklist.
   *
   * @param commands how many each takes
   * @param serverMicros mean of each round, on the clock of Redis
   * @param p50Micros of each round, as the caller of the blacklist sees it, round trip included
   * @param p99Micros likewise, of all rounds
   * @param bytesPerEntry with its key and its expiry
   */
  record LookUps(
      int entries,
      double commands,
      Spread serverMicros,
      Spread p50Micros,
      double p99Micros,
      double bytesPerEntry) {}

  LookUps fewest() {
    return lookUps.get(0);
  }

  LookUps most() {
    return lookUps.get(lookUps.size() - 1);
  }

  /** A figure of the longest list by that of the shortest. */
  Spread growth(Function<LookUps, Spread> figure) {
    return figure.apply(most()).by(figure.apply(fewest()));
  }

  double largestFamily() {
    return Math.max(
        times.stream().mapToDouble(ScriptTime::bytesPerFamily).max().orElse(0),
        sizes.stream()
            .mapToDouble(size -> Math.max(size.afterFirst(), size.afterMany()))
            .max()
            .orElse(0));
  }
}
