package dev.tokenguard.revocation;

import dev.tokenguard.revocation.Incident.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The last incidents of each realm: no more than {@link #KEPT}, none older than {@link #KEPT_FOR}.
 * So a flood of them can neither fill the store nor be kept for ever.
 *
 * <p>All methods throw {@link dev.tokenguard.rotation.StoreUnavailableException} when the log
 * cannot be asked or does not answer in time; an incident may then have been added or not.
 */
public interface IncidentLog {

  int KEPT = 1000;

  Duration KEPT_FOR = Duration.ofDays(7);

  /** Adds one, at the time of the log's clock, in one atomic step. */
  void add(String realmId, Incident incident);

  /**
   * A page of what a realm has, the newest first.
   *
   * @param type those of a type only
   * @param first how many newer ones are left out
   * @param max how many there are at most
   */
  List<Recorded> newest(String realmId, Optional<Type> type, int first, int max);

  /**
   * @param time when it was added, to the millisecond
   */
  record Recorded(Instant time, Incident incident) {}
}
