package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.keycloak.session.SessionRemover;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.rotation.RevocationService;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Records a revocation in Redis after its commit in Keycloak and before the response. Afterwards no
 * token is valid that a concurrent request has issued (keycloak#51312):
 *
 * <ol>
 *   <li>the store refuses every refresh of a family that began before;
 *   <li>a session that exists again is removed again. Keycloak removes a session from its cache
 *       before the commit of the removal from the database; a request that reads it in between puts
 *       it back, and a logged-out access token is valid at userinfo again (seen in 26.7.3 with six
 *       refreshes concurrent to a logout);
 *   <li>the sessions, the user and the access tokens of the refreshes granted before are added to
 *       the blacklist, for resource servers that validate tokens locally.
 * </ol>
 *
 * <p>A retry, a start and a data loss record it again, without effect on what began afterwards.
 */
public final class RevocationPropagation implements Delivery {

  private final Revocation.Pending pending;
  private final boolean isFirst;

  private RevocationPropagation(Revocation.Pending pending, boolean isFirst) {
    this.pending = pending;
    this.isFirst = isFirst;
  }

  /** The first delivery, in the request that has committed the revocation. */
  public static RevocationPropagation first(
      RealmModel realm, Reason reason, Revocation revocation) {
    return new RevocationPropagation(
        new Revocation.Pending(realm.getId(), reason, revocation), true);
  }

  /** A later delivery. */
  static RevocationPropagation again(Revocation.Pending pending) {
    return new RevocationPropagation(pending, false);
  }

  @Override
  public Delivery again() {
    return again(pending);
  }

  /** Runs in a new transaction, because that of the request is completed. */
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

  @Override
  public String describe() {
    return "%s: realm %s, user %s"
        .formatted(Setting.id(pending.reason()), pending.realmId(), pending.revocation().userId());
  }

  /** Returns the failure instead of throwing it, so that the removal in Keycloak is committed. */
  private Optional<StoreUnavailableException> deliver(KeycloakSession session) {
    RealmModel realm = session.realms().getRealm(pending.realmId());
    if (RedisConnection.blacklistOf(session).isEmpty() || realm == null) {
      // No Redis is configured, or the realm was deleted.
      return Optional.empty();
    }
    session.getContext().setRealm(realm);
    Revocation revocation = pending.revocation();
    SessionRemover remover = new SessionRemover(session, revocation.before());
    RevocationService service =
        new RevocationService(RedisConnection.familiesOf(session).orElseThrow());
    RevokedAccessTokens revoked = new RevokedAccessTokens(session, pending.reason());
    try {
      RevocationService.Marked marked = service.mark(revocation);
      // A refresh that was granted before the mark may have issued its token in a later second than
      // that of the revocation. A later delivery must not cover a login after it.
      long cutOff = isFirst ? Time.currentTime() : revocation.before();
      remover.removeAll(revocation, isFirst);
      revoked.addSessionsAndUser(revocation, Math.max(cutOff, revocation.before()));
      marked.accessTokens(isFirst, family -> isRemoved(session, family), revoked::addAll);
      return Optional.empty();
    } catch (StoreUnavailableException unavailable) {
      remover.removeAll(revocation, isFirst);
      return Optional.of(unavailable);
    }
  }

  private static boolean isRemoved(KeycloakSession session, TokenFamily family) {
    String client = family.clientId().orElse("");
    return SessionRemover.withId(session, family.sessionId().orElse(""))
        .filter(userSession -> userSession.isOffline() == family.isOffline())
        .map(userSession -> userSession.getAuthenticatedClientSessionByClient(client))
        .allMatch(Objects::isNull);
  }
}
