package dev.tokenguard.revocation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

  /**
   * An incident for an administrator. Contains ids, and no tokens.
   *
   * @param origin the user and the client of the request
   * @param lineage the presented refresh token; empty if there was none
   * @param reason the id of the reason, as in the event
   */
  record Incident(Type type, Origin origin, Optional<Lineage> lineage, String reason) {

    /** The type of an incident. */
    public enum Type {
      /** A replaced refresh token was presented (RFC 9700, section 4.14.2). */
      REUSE,
      /** A refresh token was presented from another context than the bound one. */
      MISMATCH,
      /** A token on the blacklist was used, or a token of a session or user on it. */
      BLACKLISTED_ACTIVITY;

      /** The id in Redis and in the admin REST API. */
      public String id() {
        return Setting.id(this);
      }

      /** Empty for the id of no type. */
      public static Optional<Type> of(String id) {
        for (Type type : values()) {
          if (type.id().equals(id)) {
            return Optional.of(type);
          }
        }
        return Optional.empty();
      }
    }

    /**
     * The origin of a request. An empty text means unknown.
     *
     * @param userId the id of the user in Keycloak
     * @param clientId the client id, as in events
     * @param sessionId the claim {@code sid}
     * @param ip the address that Keycloak sees
     */
    public record Origin(String userId, String clientId, String sessionId, String ip) {}

    /**
     * The presented refresh token.
     *
     * @param family the id of the family
     * @param presented the generation of the token
     * @param newest the newest generation of the family; empty if it was not looked up
     */
    public record Lineage(String family, long presented, OptionalLong newest) {}

    public static Incident blacklistedActivity(Origin origin, String reason) {
      return new Incident(Type.BLACKLISTED_ACTIVITY, origin, Optional.empty(), reason);
    }
  }
}
