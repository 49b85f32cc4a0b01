package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.session.RequestTerminations;
import dev.tokenguard.keycloak.session.SessionRemover;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.PendingRevocation;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.RevocationService;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily;
import java.util.List;
import java.util.Optional;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A revocation that Keycloak has committed, recorded before the answer goes out. After it no token
 * works that was issued while the two raced (keycloak#51312):
 *
 * <ol>
 *   <li>the store refuses every refresh of what began before;
 *   <li>a session that exists again is removed again. Keycloak takes a session from its cache
 *       before the removal from the database is committed; a request that reads it in between puts
 *       it back, and a logged-out access token is valid at userinfo again (seen in 26.7.3 with six
 *       refreshes racing a logout);
 *   <li>the sessions, the user and the access tokens of the refreshes that were granted before go
 *       on the blacklist, for those who check tokens themselves.
 * </ol>
 *
 * <p>A retry, a start and a data loss record it again. They leave alone what began since.
 */
public final class RevocationPropagation implements Delivery {

  private final PendingRevocation pending;
  private final boolean isFirst;

  private RevocationPropagation(PendingRevocation pending, boolean isFirst) {
    this.pending = pending;
    this.isFirst = isFirst;
  }

  /** Of a revocation that was committed just now. */
  public static RevocationPropagation first(
      RealmModel realm, Reason reason, Revocation revocation) {
    return new RevocationPropagation(
        new PendingRevocation(realm.getId(), reason, revocation), true);
  }

  /** Of one that was committed some time ago. */
  static RevocationPropagation again(PendingRevocation pending) {
    return new RevocationPropagation(pending, false);
  }

  @Override
  public Delivery again() {
    return again(pending);
  }

  /** Runs in a transaction of its own; the one that revoked is over. */
  @Override
  public void deliver(KeycloakSessionFactory factory) {
    Optional<StoreUnavailableException> failure =
        Transactions.retryOnConflict(
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
    RealmModel realm = session.realms().getRealm(pending.realmId());
    if (RedisConnection.blacklistOf(session).isEmpty() || realm == null) {
      // No Redis; or the realm was deleted with all that it had.
      return Optional.empty();
    }
    session.getContext().setRealm(realm);
    RequestTerminations.ignore(session);
    Revocation revocation = pending.revocation();
    SessionRemover remover = new SessionRemover(session, revocation.before());
    RevocationService service =
        new RevocationService(RedisConnection.familiesOf(session).orElseThrow());
    RevokedAccessTokens revoked = new RevokedAccessTokens(session, pending.reason());
    try {
      RevocationService.Marked marked = service.mark(revocation);
      revoked.addAll(marked.accessTokens());
      remover.removeAll(revocation, isFirst);
      revoked.addSessionsAndUser(revocation);
      marked.name(family -> isGone(session, family), revoked::addAll);
      return Optional.empty();
    } catch (StoreUnavailableException unavailable) {
      remover.removeAll(revocation, isFirst);
      return Optional.of(unavailable);
    }
  }

  private static boolean isGone(KeycloakSession session, TokenFamily family) {
    String client = family.clientId().orElse("");
    return SessionRemover.named(session, family.sessionId().orElse(""))
        .filter(userSession -> userSession.isOffline() == family.isOffline())
        .allMatch(
            userSession -> {
              AuthenticatedClientSessionModel login =
                  userSession.getAuthenticatedClientSessionByClient(client);
              return login == null;
            });
  }
}
