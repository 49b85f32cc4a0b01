package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Scope;
import dev.tokenguard.blacklist.Trigger;
import dev.tokenguard.keycloak.revocation.Ending;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.List;
import java.util.Optional;

/**
 * What happened to one user.
 *
 * @param sessions those it is about; or those that were there, where Keycloak has ended them
 *     already
 * @param own the session in which the user did it, and that may stay
 * @param isNew whether {@code own} begins with it, so that it must stay
 * @param clientSessions what clients have in the session
 * @param families those known to belong to these
 * @param clientId the internal id of the client that it is about
 */
record Happening(
    Trigger trigger,
    String userId,
    List<String> sessions,
    Optional<String> own,
    boolean isNew,
    List<ClientSession> clientSessions,
    List<String> families,
    Optional<String> clientId) {

  static Happening inSession(Trigger trigger, String userId, String session) {
    return new Happening(
        trigger,
        userId,
        List.of(session),
        Optional.empty(),
        false,
        List.of(),
        List.of(),
        Optional.empty());
  }

  static Happening inClientSessions(
      Trigger trigger,
      String userId,
      String session,
      List<ClientSession> clientSessions,
      List<String> families) {
    return new Happening(
        trigger,
        userId,
        List.of(session),
        Optional.empty(),
        false,
        clientSessions,
        families,
        Optional.empty());
  }

  static Happening atClient(Trigger trigger, String userId, String clientId) {
    return new Happening(
        trigger,
        userId,
        List.of(),
        Optional.empty(),
        false,
        List.of(),
        List.of(),
        Optional.of(clientId));
  }

  /** By somebody else, or by no session in particular. */
  static Happening toUser(Trigger trigger, String userId) {
    return toUser(trigger, userId, List.of());
  }

  static Happening toUser(Trigger trigger, String userId, List<String> sessions) {
    return new Happening(
        trigger, userId, sessions, Optional.empty(), false, List.of(), List.of(), Optional.empty());
  }

  static Happening byUser(Trigger trigger, String userId, Optional<String> own, boolean isNew) {
    return new Happening(
        trigger, userId, List.of(), own, isNew, List.of(), List.of(), Optional.empty());
  }

  /** Empty when the trigger is switched off. */
  Optional<Ending> ending(Scope scope) {
    return switch (scope) {
      case OFF, REALM -> Optional.empty();
      case CLIENT_SESSION ->
          Optional.of(new Ending.OfClientSessions(userId, clientSessions, families));
      case CLIENT -> clientId.map(client -> new Ending.OfClient(userId, client));
      case SESSION -> sessions.stream().findFirst().map(id -> new Ending.OfSession(userId, id));
      case OTHER_SESSIONS -> Optional.of(new Ending.OfOtherSessions(userId, own));
      case USER -> Optional.of(new Ending.OfUser(userId, sessions, isNew ? own : Optional.empty()));
    };
  }
}
