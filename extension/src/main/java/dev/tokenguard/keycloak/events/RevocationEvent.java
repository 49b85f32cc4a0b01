package dev.tokenguard.keycloak.events;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.OtherSessions;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.revocation.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change that triggers a revocation for one user.
 *
 * @param targets the target of each scope that the trigger accepts
 */
record RevocationEvent(Trigger trigger, Map<RevocationScope, RevocationTarget> targets) {

  /**
   * The termination of a session.
   *
   * @param kind the terminated sessions with this id
   */
  static RevocationEvent inSession(
      Trigger trigger, String userId, String session, SessionKind kind) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.SESSION, Sessions.of(userId, session, kind),
            RevocationScope.SESSION_AND_OFFLINE, Sessions.of(userId, session, SessionKind.BOTH),
            RevocationScope.USER, new User(userId, Optional.empty(), List.of(session))));
  }

  /**
   * The revocation of client sessions.
   *
   * @param families ids of the families that are known to belong to them
   */
  static RevocationEvent inClientSessions(
      Trigger trigger,
      String userId,
      String session,
      List<ClientSession> clientSessions,
      List<String> families) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.CLIENT_SESSION,
            new ClientSessions(userId, clientSessions, families),
            RevocationScope.SESSION,
            Sessions.of(userId, session, SessionKind.BOTH)));
  }

  /**
   * The revocation of all client sessions of the user at a client.
   *
   * @param clientId the internal id of the client
   * @param sessions ids of the committed sessions, whose client sessions Keycloak may have removed
   */
  static RevocationEvent atClient(
      Trigger trigger, String userId, String clientId, List<String> sessions) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.CLIENT, new Client(userId, clientId, sessions),
            RevocationScope.USER, new User(userId)));
  }

  /**
   * A change to the user by an administrator or by Keycloak.
   *
   * @param sessions ids of sessions that Keycloak may have removed already
   */
  static RevocationEvent toUser(Trigger trigger, String userId, List<String> sessions) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.OTHER_SESSIONS, new OtherSessions(userId, Optional.empty()),
            RevocationScope.USER, new User(userId, Optional.empty(), sessions)));
  }

  /** A change to the user that removes no sessions. */
  static RevocationEvent toUser(Trigger trigger, String userId) {
    return toUser(trigger, userId, List.of());
  }

  /**
   * A change by the user.
   *
   * @param own the session of the change, which {@code other-sessions} excludes
   * @param isNew whether that session begins with the change; then {@code user} excludes it, too
   */
  static RevocationEvent byUser(
      Trigger trigger, String userId, Optional<String> own, boolean isNew) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.OTHER_SESSIONS, new OtherSessions(userId, own),
            RevocationScope.USER, new User(userId, isNew ? own : Optional.empty(), List.of())));
  }

  /** The target of a scope; empty for {@code off}. */
  Optional<RevocationTarget> target(RevocationScope scope) {
    return Optional.ofNullable(targets.get(scope));
  }
}
