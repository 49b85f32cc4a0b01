package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.WideRevocation;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.List;
import java.util.Set;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** What a wide ending does for one user, in a transaction of its own. Twice is as good as once. */
final class WideStep {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final WideRevocation wide;
  private final int decided;

  /**
   * @param session of the transaction; its realm is set
   */
  WideStep(KeycloakSession session, WideRevocation wide) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.wide = wide;
    this.decided = Math.toIntExact(wide.decided());
  }

  /** Ends the sessions in Keycloak, and tells what Redis is to be told. */
  Revocation of(String userId, Set<String> sessions) {
    Revocation revocation =
        wide.clientId()
            .map(clientId -> atClient(userId, clientId, sessions))
            .orElseGet(() -> ofUser(userId, sessions));
    new SessionRemoval(session).removeAll(revocation);
    return revocation;
  }

  private Revocation ofUser(String userId, Set<String> sessions) {
    UserModel user = session.users().getUserById(realm, userId);
    // One that was decided earlier is not to take back a later one.
    if (user != null && session.users().getNotBeforeOfUser(realm, user) < decided) {
      session.users().setNotBeforeForUser(realm, user, decided);
    }
    return Revocation.ofUser(
        userId, sessions.stream().map(Revocation.Session::both).toList(), decided, retainUntil());
  }

  private Revocation atClient(String userId, String clientId, Set<String> sessions) {
    List<ClientSession> clientSessions =
        sessions.stream().map(id -> new ClientSession(id, clientId)).toList();
    return Revocation.ofClient(userId, clientId, clientSessions, decided, retainUntil());
  }

  /** From now, not from the decision, which may be days ago. */
  private static long retainUntil() {
    return SessionEnd.remember(Time.currentTime());
  }
}
