package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.BlacklistEntry;
import dev.tokenguard.blacklist.BlacklistEntry.OfSession;
import dev.tokenguard.blacklist.BlacklistEntry.OfUser;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.rotation.Revocation;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

  /**
   * @param found sessions that the store knows besides those that Keycloak named
   */
  List<BlacklistEntry> entries(Revocation revocation, Collection<String> found) {
    if (!revocation.isEverything()) {
      return ofSessions(revocation.sessions()).toList();
    }
    Set<String> sessions = new TreeSet<>(revocation.sessions());
    sessions.addAll(found);
    return ofUser(revocation.userId(), sessions, revocation.before()).toList();
  }

  /**
   * @param before tokens of other sessions, issued before this second, are dead, too
   */
  Stream<BlacklistEntry> ofUser(String userId, Collection<String> sessions, long before) {
    return Stream.concat(
        Stream.of(new OfUser(userId, before, expiresAt, lifespan)), ofSessions(sessions));
  }

  private Stream<BlacklistEntry> ofSessions(Collection<String> sessions) {
    return sessions.stream().map(id -> new OfSession(id, reason, expiresAt, lifespan));
  }
}
