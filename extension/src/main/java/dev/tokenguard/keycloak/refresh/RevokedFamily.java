package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.MaxAccessTokenLifespan;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.TokenPosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;

/**
 * Revokes the dependents of a revoked family: access tokens that were exchanged for its access
 * tokens, families that were issued for one of them (RFC 8693, UMA 2.0), and in Keycloak the client
 * sessions without another family. The removal of the latter also holds without Token Guard.
 */
public final class RevokedFamily {

  private static final Logger LOG = Logger.getLogger(RevokedFamily.class);

  /** The number of access tokens in one transaction. */
  private static final int PAGE = 200;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final Reason reason;

  /**
   * @param session the session of the request; nothing is changed in its transaction
   */
  public RevokedFamily(KeycloakSession session, RealmModel realm, Reason reason) {
    this.session = session;
    this.realm = realm;
    this.reason = reason;
  }

  /**
   * Adds access tokens to the blacklist and to Keycloak's list, page by page.
   *
   * @throws RuntimeException if Keycloak's list fails
   */
  public void revokeAccessTokens(AccessTokens tokens) {
    try (Stream<String> ids = tokens.stream()) {
      List<String> page = new ArrayList<>(PAGE);
      ids.forEach(
          id -> {
            page.add(id);
            if (page.size() == PAGE) {
              revoke(page, tokens.expiresAt() + 1);
              page.clear();
            }
          });
      revoke(page, tokens.expiresAt() + 1);
    }
  }

  private void revoke(Collection<String> ids, long expiresAt) {
    if (!ids.isEmpty()) {
      List<String> page = List.copyOf(ids);
      Transactions.retryOnConflict(
          () ->
              Transactions.inNewTransaction(
                  session.getKeycloakSessionFactory(),
                  realm,
                  own -> new RevokedAccessTokens(own, reason).addAll(page, expiresAt)));
    }
  }

  /**
   * Revokes the dependents of a family that is marked as revoked. Failures are logged and not
   * thrown: the family itself stays revoked.
   *
   * @return whether all are revoked; nothing repeats it by itself
   */
  public boolean revokeDependents(String userId, String family) {
    Optional<FamilyStore> store = RedisConnection.familiesOf(session);
    if (store.isEmpty()) {
      return true;
    }
    try {
      Dependents dependents = Dependents.of(store.get(), userId, family);
      MaxAccessTokenLifespan lifespans = MaxAccessTokenLifespan.of(session);
      if (!dependents.revoked.isEmpty()) {
        long now = Time.currentTime();
        long retainUntil = lifespans.retainFamily(session, realm, now);
        RevocationTarget families =
            new RevocationTarget.Families(userId, List.copyOf(dependents.revoked.keySet()));
        store.get().revoke(new Revocation(families, now, retainUntil)).stream()
            .filter(tokens -> !tokens.isEmpty())
            .forEach(this::revokeAccessTokens);
      }
      long expiresAt = lifespans.latestExpiry(session, realm) + 1;
      for (String tag : dependents.tags) {
        revoke(store.get().exchanged(userId, tag), expiresAt);
      }
      Transactions.retryOnConflict(
          () ->
              Transactions.inNewTransaction(
                  session.getKeycloakSessionFactory(), realm, own -> detach(own, dependents)));
      return true;
    } catch (StoreUnavailableException unavailable) {
      LOG.warn(
          LogText.of(
              "What was issued by token exchange for a revoked family is not revoked, because Redis is"
                  + " unavailable. Log the user out: realm %s, user %s, family %s",
              realm.getName(), userId, family));
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not all that was issued by token exchange for a revoked family is revoked. Log the user"
                  + " out: realm %s, user %s, family %s",
              realm.getName(), userId, family),
          failed);
    }
    return false;
  }

  private static Void detach(KeycloakSession own, Dependents dependents) {
    RealmModel realm = own.getContext().getRealm();
    for (ClientSession each : dependents.sessionsOfRevoked) {
      UserSessionModel userSession = each.in(own, realm);
      if (userSession != null) {
        detachUnused(own, realm, userSession, each, dependents);
      }
    }
    return null;
  }

  private static void detachUnused(
      KeycloakSession own,
      RealmModel realm,
      UserSessionModel userSession,
      ClientSession revoked,
      Dependents dependents) {
    if (!revoked.isOffline()) {
      detachExchanged(realm, userSession, revoked, dependents);
    }
    AuthenticatedClientSessionModel clientSession =
        userSession.getAuthenticatedClientSessionByClient(revoked.clientId());
    if (clientSession != null && !dependents.used.contains(revoked)) {
      clientSession.detachFromUserSession();
      // An online session remains without clients: the user stays logged in at Keycloak.
      if (revoked.isOffline() && userSession.getAuthenticatedClientSessions().isEmpty()) {
        own.sessions().removeOfflineUserSession(realm, userSession);
      }
    }
  }

  /** Detaches the clients with exchanged tokens, as Keycloak's revocation endpoint does. */
  private static void detachExchanged(
      RealmModel realm,
      UserSessionModel userSession,
      ClientSession revoked,
      Dependents dependents) {
    ClientModel client = realm.getClientById(revoked.clientId());
    if (client == null) {
      return;
    }
    String note = Constants.TOKEN_EXCHANGE_SUBJECT_CLIENT + client.getClientId();
    Map<String, AuthenticatedClientSessionModel> all =
        new LinkedHashMap<>(userSession.getAuthenticatedClientSessions());
    all.forEach(
        (clientId, each) -> {
          ClientSession exchanging = new ClientSession(revoked.sessionId(), clientId, false);
          if (!clientId.equals(revoked.clientId())
              && each.getNote(note) != null
              && !dependents.used.contains(exchanging)) {
            each.detachFromUserSession();
          }
        });
  }

  private record ClientSession(String sessionId, String clientId, boolean isOffline) {
    private static Optional<ClientSession> of(TokenFamily family) {
      return family
          .sessionId()
          .flatMap(
              id ->
                  family
                      .clientId()
                      .map(client -> new ClientSession(id, client, family.isOffline())));
    }

    private UserSessionModel in(KeycloakSession own, RealmModel realm) {
      return isOffline
          ? own.sessions().getOfflineUserSession(realm, sessionId)
          : own.sessions().getUserSession(realm, sessionId);
    }
  }

  /** The result of one pass over the families of the user. */
  private static final class Dependents {

    /** Active families issued for an access token of the revoked one, directly or indirectly. */
    private final Map<String, TokenFamily> revoked = new LinkedHashMap<>();

    /** The tags under which access tokens exchanged for theirs are registered. */
    private final Set<String> tags = new LinkedHashSet<>();

    /** The client sessions of active families that stay. */
    private final Set<ClientSession> used = new HashSet<>();

    /** Those of the revoked one and of the above. */
    private final Set<ClientSession> sessionsOfRevoked = new LinkedHashSet<>();

    private static Dependents of(FamilyStore store, String userId, String family) {
      Dependents dependents = new Dependents();
      dependents.tags.add(new TokenPosition(family, 0).tag());
      Map<String, TokenFamily> begunByToken = new LinkedHashMap<>();
      Map<ClientSession, Set<String>> active = new LinkedHashMap<>();
      store.find(
          userId,
          each -> {
            Optional<ClientSession> clientSession = ClientSession.of(each);
            if (each.id().equals(family)) {
              clientSession.ifPresent(dependents::addRevoked);
            } else {
              if (each.parentTag().isPresent()) {
                begunByToken.put(each.id(), each);
              }
              if (!each.isRevoked()) {
                clientSession.ifPresent(
                    it -> active.computeIfAbsent(it, any -> new HashSet<>()).add(each.id()));
              }
            }
          });
      dependents.descend(begunByToken.values());
      active.forEach(
          (clientSession, families) -> {
            families.removeAll(dependents.revoked.keySet());
            if (!families.isEmpty()) {
              dependents.used.add(clientSession);
            }
          });
      return dependents;
    }

    private void addRevoked(ClientSession clientSession) {
      sessionsOfRevoked.add(clientSession);
      tags.add(IssuedTokens.frontChannelTag(clientSession.sessionId(), clientSession.clientId()));
    }

    private void descend(Collection<TokenFamily> begunByToken) {
      Set<String> seen = new HashSet<>();
      boolean isMore = true;
      while (isMore) {
        isMore = false;
        for (TokenFamily each : begunByToken) {
          if (tags.contains(each.parentTag().orElseThrow()) && seen.add(each.id())) {
            isMore = true;
            tags.add(new TokenPosition(each.id(), 0).tag());
            if (!each.isRevoked()) {
              revoked.put(each.id(), each);
              ClientSession.of(each).ifPresent(sessionsOfRevoked::add);
            }
          }
        }
      }
    }
  }
}
