package dev.tokenguard.revocation;

import dev.tokenguard.revocation.Incident.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The newest incidents of each realm: at most {@link #KEPT}, and none older than {@link #KEPT_FOR},
 * so that many incidents cannot fill the store.
 *
 * <p>All methods throw {@link dev.tokenguard.rotation.StoreUnavailableException} if the store is
 * not reachable or does not answer in time; the incident may then have been added.
 */
public interface IncidentLog {

  int KEPT = 1000;

  Duration KEPT_FOR = Duration.ofDays(7);

  /** Adds an incident with the time of the store, in one atomic step. */
  void add(String realmId, Incident incident);

  /**
   * A page of the incidents of a realm, the newest first.
   *
   * @param type the type of the incidents; empty for all types
   * @param first the number of newer incidents before the page
   * @param max the largest number of incidents in the page
   */
  List<Recorded> newest(String realmId, Optional<Type> type, int first, int max);

  /**
   * An incident with its time.
   *
   * @param time the time of {@link #add}, in milliseconds
   */
  record Recorded(Instant time, Incident incident) {}
}
