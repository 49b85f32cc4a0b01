package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.revocation.BlacklistEntry;
import dev.tokenguard.revocation.BlacklistEntry.OfSession;
import dev.tokenguard.revocation.BlacklistEntry.OfUser;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.Session;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;

/**
 * The entries by which resource servers find the sessions and the user of a revocation. They live
 * as long as any access token that they must cover.
 */
public final class BlacklistEntryFactory {

  private final Reason reason;
  private final long expiresAt;
  private final long lifespan;

  /**
   * @param session whose realm is set
   */
  public BlacklistEntryFactory(KeycloakSession session, Reason reason) {
    this.reason = reason;
    this.expiresAt =
        MaxAccessTokenLifespan.latestExpiry(session, session.getContext().getRealm()) + 1;
    this.lifespan = expiresAt - Time.currentTime();
  }

  List<BlacklistEntry> entries(Revocation revocation) {
    List<String> sessions = revocation.sessions().stream().map(Session::id).distinct().toList();
    return revocation.isEverything()
        ? ofUser(revocation.userId(), sessions, revocation.before(), revocation.before()).toList()
        : ofSessions(sessions, revocation.before()).toList();
  }

  /**
   * @param before access tokens of any session, issued before this second, are revoked
   * @param cutOff access tokens of the sessions, issued in this second or before, are revoked
   */
  public Stream<BlacklistEntry> ofUser(
      String userId, Collection<String> sessions, long before, long cutOff) {
    return Stream.concat(
        Stream.of(new OfUser(userId, before, expiresAt, lifespan)), ofSessions(sessions, cutOff));
  }

  private Stream<BlacklistEntry> ofSessions(Collection<String> sessions, long cutOff) {
    return sessions.stream().map(id -> new OfSession(id, cutOff, reason, expiresAt, lifespan));
  }
}
