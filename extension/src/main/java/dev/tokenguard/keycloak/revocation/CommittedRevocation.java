package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Blacklist;
import dev.tokenguard.blacklist.PendingRevocation;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.keycloak.Conflicts;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.RevocationService;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A revocation that Keycloak has committed, delivered before the answer goes out. After it no token
 * works that was born while the two raced (keycloak#51312):
 *
 * <ol>
 *   <li>the store refuses every refresh from now on;
 *   <li>a session that is there again is removed again. Keycloak takes a session from its cache
 *       before the removal from the database is committed; a request that reads it in between puts
 *       it back, and a logged-out access token is good at userinfo again (seen in 26.7.3 with six
 *       refreshes racing a logout);
 *   <li>the access tokens of the refreshes that were granted before, the sessions and the user go
 *       on the blacklist, for those who check tokens themselves.
 * </ol>
 */
public final class CommittedRevocation implements Delivery {

  private final PendingRevocation pending;

  public CommittedRevocation(RealmModel realm, Reason reason, Revocation revocation) {
    this(new PendingRevocation(realm.getId(), reason, revocation));
  }

  CommittedRevocation(PendingRevocation pending) {
    this.pending = pending;
  }

  /** Runs in a transaction of its own; the one that revoked is over. Twice is as good as once. */
  @Override
  public void deliver(KeycloakSessionFactory factory) {
    Optional<StoreUnavailableException> failure =
        Conflicts.outlast(
            () -> KeycloakModelUtils.runJobInTransactionWithResult(factory, this::deliver));
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  @Override
  public long until() {
    return pending.revocation().retainUntil();
  }

  @Override
  public List<String> texts() {
    return pending.texts();
  }

  /** The failure is returned, not thrown: Keycloak's part of it is committed all the same. */
  private Optional<StoreUnavailableException> deliver(KeycloakSession session) {
    Optional<Blacklist> blacklist = RedisConnection.blacklistOf(session);
    RealmModel realm = session.realms().getRealm(pending.realmId());
    if (blacklist.isEmpty() || realm == null) {
      // No Redis; or the realm was deleted with all that it had.
      return Optional.empty();
    }
    session.getContext().setRealm(realm);
    SessionRemoval removal = new SessionRemoval(session);
    Revocation revocation = pending.revocation();
    RevocationService service =
        new RevocationService(RedisConnection.familiesOf(session).orElseThrow());
    RevokedAccessTokens revoked = new RevokedAccessTokens(session, pending.reason());
    try {
      service.mark(revocation).forEach(revoked::add);
      removal.removeAll(revocation);
      service.name(
          revocation, family -> isGone(removal, family), page -> page.forEach(revoked::add));
      blacklist.get().addAll(new NamedByBlacklist(session, pending.reason()).entries(revocation));
      return Optional.empty();
    } catch (StoreUnavailableException unavailable) {
      removal.removeAll(revocation);
      return Optional.of(unavailable);
    }
  }

  private static boolean isGone(SessionRemoval removal, TokenFamily family) {
    String client = family.clientId().orElse("");
    return removal.named(family.sessionId().orElse("")).stream()
        .filter(userSession -> userSession.isOffline() == family.isOffline())
        .allMatch(it -> it.getAuthenticatedClientSessionByClient(client) == null);
  }
}
