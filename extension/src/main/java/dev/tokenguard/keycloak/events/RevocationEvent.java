package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.session.TerminationTarget;
import dev.tokenguard.keycloak.session.TerminationTarget.OfClient;
import dev.tokenguard.keycloak.session.TerminationTarget.OfClientSessions;
import dev.tokenguard.keycloak.session.TerminationTarget.OfOtherSessions;
import dev.tokenguard.keycloak.session.TerminationTarget.OfSession;
import dev.tokenguard.keycloak.session.TerminationTarget.OfUser;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.Trigger;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A change that concerns one user.
 *
 * @param targets what is terminated, for each scope that the trigger can be set to
 */
record RevocationEvent(Trigger trigger, Map<RevocationScope, TerminationTarget> targets) {

  /**
   * A session was terminated.
   *
   * @param kind which one
   */
  static RevocationEvent inSession(
      Trigger trigger, String userId, String session, SessionKind kind) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.SESSION, new OfSession(userId, session, kind),
            RevocationScope.SESSION_AND_OFFLINE, new OfSession(userId, session, SessionKind.BOTH),
            RevocationScope.USER, new OfUser(userId, List.of(session), Optional.empty())));
  }

  /**
   * What clients had in a session was revoked.
   *
   * @param families those known to belong to it
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
            RevocationScope.CLIENT_SESSION, new OfClientSessions(userId, clientSessions, families),
            RevocationScope.SESSION, new OfSession(userId, session, SessionKind.BOTH)));
  }

  /**
   * What the user had at a client was revoked.
   *
   * @param clientId the client's internal id
   * @param sessions those that existed, where Keycloak may have removed what the client had in them
   */
  static RevocationEvent atClient(
      Trigger trigger, String userId, String clientId, List<String> sessions) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.CLIENT, new OfClient(userId, clientId, sessions),
            RevocationScope.USER, new OfUser(userId, List.of(), Optional.empty())));
  }

  /**
   * Someone else made the change.
   *
   * @param sessions those that existed, where Keycloak has removed them already
   */
  static RevocationEvent toUser(Trigger trigger, String userId, List<String> sessions) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.OTHER_SESSIONS, new OfOtherSessions(userId, Optional.empty()),
            RevocationScope.USER, new OfUser(userId, sessions, Optional.empty())));
  }

  static RevocationEvent toUser(Trigger trigger, String userId) {
    return toUser(trigger, userId, List.of());
  }

  /**
   * The user made the change.
   *
   * @param own the session in which it was made, and that may stay
   * @param isNew whether that session begins with it, so that it must stay
   */
  static RevocationEvent byUser(
      Trigger trigger, String userId, Optional<String> own, boolean isNew) {
    return new RevocationEvent(
        trigger,
        Map.of(
            RevocationScope.OTHER_SESSIONS, new OfOtherSessions(userId, own),
            RevocationScope.USER, new OfUser(userId, List.of(), isNew ? own : Optional.empty())));
  }

  /** Empty when the trigger is switched off. */
  Optional<TerminationTarget> target(RevocationScope scope) {
    return Optional.ofNullable(targets.get(scope));
  }
}
