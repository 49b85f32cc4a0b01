package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Scope;
import dev.tokenguard.blacklist.Trigger;
import dev.tokenguard.keycloak.revocation.Ending;
import dev.tokenguard.keycloak.revocation.Ending.OfClient;
import dev.tokenguard.keycloak.revocation.Ending.OfClientSessions;
import dev.tokenguard.keycloak.revocation.Ending.OfOtherSessions;
import dev.tokenguard.keycloak.revocation.Ending.OfSession;
import dev.tokenguard.keycloak.revocation.Ending.OfUser;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happened to one user.
 *
 * @param endings what ends, for each scope that the trigger can be set to
 */
record Happening(Trigger trigger, Map<Scope, Ending> endings) {

  /** A session is over. */
  static Happening inSession(Trigger trigger, String userId, String session) {
    return new Happening(
        trigger,
        Map.of(
            Scope.SESSION, new OfSession(userId, session),
            Scope.USER, new OfUser(userId, List.of(session), Optional.empty())));
  }

  /**
   * What clients had in a session is over.
   *
   * @param families those known to belong to it
   */
  static Happening inClientSessions(
      Trigger trigger,
      String userId,
      String session,
      List<ClientSession> clientSessions,
      List<String> families) {
    return new Happening(
        trigger,
        Map.of(
            Scope.CLIENT_SESSION, new OfClientSessions(userId, clientSessions, families),
            Scope.SESSION, new OfSession(userId, session)));
  }

  /**
   * What the user had at a client is over.
   *
   * @param clientId the client's internal id
   * @param sessions those that were there, where Keycloak may have ended what the client had in
   *     them
   */
  static Happening atClient(
      Trigger trigger, String userId, String clientId, List<String> sessions) {
    return new Happening(
        trigger,
        Map.of(
            Scope.CLIENT, new OfClient(userId, clientId, sessions),
            Scope.USER, new OfUser(userId, List.of(), Optional.empty())));
  }

  /**
   * Somebody did it to the user.
   *
   * @param sessions those that were there, where Keycloak has ended them already
   */
  static Happening toUser(Trigger trigger, String userId, List<String> sessions) {
    return new Happening(
        trigger,
        Map.of(
            Scope.OTHER_SESSIONS, new OfOtherSessions(userId, Optional.empty()),
            Scope.USER, new OfUser(userId, sessions, Optional.empty())));
  }

  static Happening toUser(Trigger trigger, String userId) {
    return toUser(trigger, userId, List.of());
  }

  /**
   * The user did it.
   *
   * @param own the session in which it was done, and that may stay
   * @param isNew whether that session begins with it, so that it must stay
   */
  static Happening byUser(Trigger trigger, String userId, Optional<String> own, boolean isNew) {
    return new Happening(
        trigger,
        Map.of(
            Scope.OTHER_SESSIONS, new OfOtherSessions(userId, own),
            Scope.USER, new OfUser(userId, List.of(), isNew ? own : Optional.empty())));
  }

  /** Empty when the trigger is switched off. */
  Optional<Ending> ending(Scope scope) {
    return Optional.ofNullable(endings.get(scope));
  }
}
