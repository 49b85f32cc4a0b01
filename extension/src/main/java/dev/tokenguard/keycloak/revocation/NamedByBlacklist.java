package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.BlacklistEntry;
import dev.tokenguard.blacklist.BlacklistEntry.OfSession;
import dev.tokenguard.blacklist.BlacklistEntry.OfUser;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.rotation.Revocation;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;

/** The sessions and the user of a revocation, as resource servers find them on the blacklist. */
final class NamedByBlacklist {

  private static final LongestAccessToken LONGEST = new LongestAccessToken();

  private final Reason reason;
  private final long lifespan;
  private final long expiresAt;

  /**
   * @param session whose realm is set
   */
  NamedByBlacklist(KeycloakSession session, Reason reason) {
    this.reason = reason;
    this.lifespan = LONGEST.lifespan(session, session.getContext().getRealm()) + 1L;
    this.expiresAt = Time.currentTime() + lifespan;
  }

  List<BlacklistEntry> entries(Revocation revocation) {
    List<String> sessions =
        revocation.sessions().stream().map(Revocation.Session::id).distinct().toList();
    return revocation.isEverything()
        ? ofUser(revocation.userId(), sessions, revocation.before()).toList()
        : ofSessions(sessions, revocation.before()).toList();
  }

  /**
   * @param before tokens of other sessions, issued before this second, are dead, too
   */
  Stream<BlacklistEntry> ofUser(String userId, Collection<String> sessions, long before) {
    return Stream.concat(
        Stream.of(new OfUser(userId, before, expiresAt, lifespan)), ofSessions(sessions, before));
  }

  private Stream<BlacklistEntry> ofSessions(Collection<String> sessions, long cutoff) {
    return sessions.stream().map(id -> new OfSession(id, cutoff, reason, expiresAt, lifespan));
  }
}
