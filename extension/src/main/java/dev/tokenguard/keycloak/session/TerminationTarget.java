package dev.tokenguard.keycloak.session;

import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.List;
import java.util.Optional;

/**
 * What a change in Keycloak terminates and revokes, of what began before it. It is carried out once
 * the change is committed.
 */
public sealed interface TerminationTarget {

  String userId();

  /**
   * One family. Its session stays, and what other families have in it.
   *
   * @param family its id; the store need not know it yet
   */
  record OfFamily(String userId, String family) implements TerminationTarget {}

  /**
   * A session, with all clients.
   *
   * @param kind whether the online session of that id is meant, the offline one, or both
   */
  record OfSession(String userId, String sessionId, SessionKind kind)
      implements TerminationTarget {}

  /**
   * What clients have in a session.
   *
   * @param families those known to belong to it
   */
  record OfClientSessions(String userId, List<ClientSession> clientSessions, List<String> families)
      implements TerminationTarget {

    public OfClientSessions {
      clientSessions = List.copyOf(clientSessions);
      families = List.copyOf(families);
    }
  }

  /**
   * What the user has at a client, in all sessions.
   *
   * @param clientId the client's internal id
   * @param known sessions in which it is revoked even if Keycloak does not find it any more
   */
  record OfClient(String userId, String clientId, List<String> known) implements TerminationTarget {

    public OfClient {
      known = List.copyOf(known);
    }
  }

  /**
   * All that the user has.
   *
   * @param known sessions that are revoked even if Keycloak does not find them any more
   * @param excluded a session that begins with the change
   */
  record OfUser(String userId, List<String> known, Optional<String> excluded)
      implements TerminationTarget {

    public OfUser {
      known = List.copyOf(known);
    }

    /** Sessions that Keycloak has removed already are revoked only where they are known. */
    private boolean names(TerminationTarget other) {
      if (other instanceof OfSession session) {
        return known.contains(session.sessionId());
      }
      if (other instanceof OfClientSessions some) {
        return some.clientSessions().stream().allMatch(it -> known.contains(it.sessionId()));
      }
      if (other instanceof OfUser that) {
        return known.containsAll(that.known());
      }
      return other instanceof OfOtherSessions || other instanceof OfFamily;
    }
  }

  /**
   * All sessions of the user except one.
   *
   * @param excluded the session that stays; empty when there is none
   */
  record OfOtherSessions(String userId, Optional<String> excluded) implements TerminationTarget {}

  /** Whether carrying this out revokes all that the other one names. */
  default boolean covers(TerminationTarget other) {
    if (!userId().equals(other.userId())) {
      return false;
    }
    if (equals(other)) {
      return true;
    }
    if (this instanceof OfUser all) {
      return all.excluded().isEmpty() && all.names(other);
    }
    if (this instanceof OfSession session) {
      if (other instanceof OfSession that) {
        return session.sessionId().equals(that.sessionId())
            && (session.kind() == SessionKind.BOTH || session.kind() == that.kind());
      }
      return other instanceof OfClientSessions some
          && session.kind() == SessionKind.BOTH
          && some.clientSessions().stream()
              .allMatch(it -> it.sessionId().equals(session.sessionId()));
    }
    return this instanceof OfClientSessions all
        && other instanceof OfClientSessions some
        && all.clientSessions().containsAll(some.clientSessions())
        && all.families().containsAll(some.families());
  }
}
