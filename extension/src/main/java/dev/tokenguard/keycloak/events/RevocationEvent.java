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
 * A change that concerns one user.
 *
 * @param targets what is terminated, for each scope that the trigger can be set to
 */
record RevocationEvent(Trigger trigger, Map<RevocationScope, RevocationTarget> targets) {

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
            RevocationScope.SESSION, Sessions.of(userId, session, kind),
            RevocationScope.SESSION_AND_OFFLINE, Sessions.of(userId, session, SessionKind.BOTH),
            RevocationScope.USER, new User(userId, Optional.empty(), List.of(session))));
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
            RevocationScope.CLIENT_SESSION,
            new ClientSessions(userId, clientSessions, families),
            RevocationScope.SESSION,
            Sessions.of(userId, session, SessionKind.BOTH)));
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
            RevocationScope.CLIENT, new Client(userId, clientId, sessions),
            RevocationScope.USER, new User(userId)));
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
            RevocationScope.OTHER_SESSIONS, new OtherSessions(userId, Optional.empty()),
            RevocationScope.USER, new User(userId, Optional.empty(), sessions)));
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
            RevocationScope.OTHER_SESSIONS, new OtherSessions(userId, own),
            RevocationScope.USER, new User(userId, isNew ? own : Optional.empty(), List.of())));
  }

  /** Empty when the trigger is switched off. */
  Optional<RevocationTarget> target(RevocationScope scope) {
    return Optional.ofNullable(targets.get(scope));
  }
}
