package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.List;
import java.util.Optional;

/** What a happening ends. It is carried out once the happening is committed. */
public sealed interface Ending {

  String userId();

  /**
   * One family. Its session stays, and what other families have in it.
   *
   * @param family its id; the store need not know it yet
   */
  record OfFamily(String userId, String family) implements Ending {}

  /** A session, with all clients. */
  record OfSession(String userId, String sessionId) implements Ending {}

  /**
   * What clients have in a session.
   *
   * @param families those known to belong to it
   */
  record OfClientSessions(String userId, List<ClientSession> clientSessions, List<String> families)
      implements Ending {}

  /**
   * What the user has at a client, in all sessions.
   *
   * @param clientId the client's internal id
   * @param known sessions in which it is to end even if Keycloak does not find it any more
   */
  record OfClient(String userId, String clientId, List<String> known) implements Ending {}

  /**
   * All that the user has.
   *
   * @param known sessions that are to end even if Keycloak does not find them any more
   * @param spared a session that begins with what ends the others
   */
  record OfUser(String userId, List<String> known, Optional<String> spared) implements Ending {}

  /**
   * All sessions of the user but one.
   *
   * @param spared the session that stays; empty when there is none
   */
  record OfOtherSessions(String userId, Optional<String> spared) implements Ending {}
}
