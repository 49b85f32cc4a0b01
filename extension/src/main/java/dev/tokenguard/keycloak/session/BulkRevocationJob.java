package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.BlacklistEntryFactory;
import dev.tokenguard.keycloak.revocation.BuiltInRevokedTokens;
import dev.tokenguard.keycloak.revocation.RetentionTime;
import dev.tokenguard.keycloak.revocation.RevocationOutbox;
import dev.tokenguard.keycloak.revocation.RevocationPropagation;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BlacklistEntry;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Revokes what many users have, see {@link BulkRevocation}. It runs in the background, once the
 * change is committed; each user is a step by itself.
 *
 * <p>That it was begun is committed with the change, in Keycloak's own list of revoked tokens, and
 * that it is done when it is. So a node that stops midway, or another one, resumes at its next
 * start.
 */
public final class BulkRevocationJob {

  private static final Logger LOG = Logger.getLogger(BulkRevocationJob.class);

  private static final int PROGRESS = 1000;
  private static final int ENTRIES_AT_ONCE = 1000;

  /** A not-before time that is no older was set to the current time. */
  private static final int NOW_SECONDS = 10;

  private static final int REMEMBER_SECONDS = 30 * 24 * 3600;

  /** Before each further round over the users for whom it has failed. */
  private static final int[] ROUNDS_SECONDS = {1, 5, 30};

  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final BulkRevocation bulk;
  private final String what;
  private final int begun = Time.currentTime();
  private boolean isFirst = true;

  private BulkRevocationJob(KeycloakSession session, RealmModel realm, BulkRevocation bulk) {
    this.factory = session.getKeycloakSessionFactory();
    this.realm = realm;
    this.bulk = bulk;
    this.what = "Realm %s (%s)".formatted(realm.getName(), bulk.reason().word());
  }

  /**
   * Begins when the change is committed.
   *
   * @param session of the request in which it is decided
   * @param id of the client or the user federation; empty for the realm
   * @param before what began or was issued before this second is revoked, since the epoch
   */
  public static void begin(
      KeycloakSession session, RealmModel realm, Reason reason, Kind kind, String id, long before) {
    BulkRevocation bulk = bulk(realm, reason, kind, id, before);
    if (isBegun(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk);
    Map<String, Set<String>> affected = job.affected(Long.MAX_VALUE);
    BuiltInRevokedTokens.of(session).put(bulk.begun(), REMEMBER_SECONDS);
    Executor background = background(session);
    Transactions.afterCommit(session, () -> job.start(affected, background));
  }

  /** The same for a change that is seen when it is committed, so the begin is committed later. */
  public static void beginCommitted(
      KeycloakSession session, RealmModel realm, Reason reason, Kind kind, String id, long before) {
    BulkRevocation bulk = bulk(realm, reason, kind, id, before);
    if (isBegun(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk);
    job.persist(bulk.begun());
    job.start(job.affected(bulk.decided()), background(session));
  }

  private static BulkRevocation bulk(
      RealmModel realm, Reason reason, Kind kind, String id, long before) {
    return new BulkRevocation(
        realm.getId(), reason, kind, id, Math.min(before, Time.currentTime()));
  }

  /** A change may be seen as a model event and as an admin event. */
  private static boolean isBegun(KeycloakSession session, BulkRevocation bulk) {
    String attribute = "token-guard.bulk." + bulk.kind() + bulk.reason() + bulk.id();
    boolean isBegun = session.getAttribute(attribute) != null;
    session.setAttribute(attribute, true);
    return isBegun;
  }

  private void persist(String text) {
    Transactions.retryOnConflict(
        () ->
            Transactions.inNewTransaction(
                factory, realm, own -> BuiltInRevokedTokens.of(own).put(text, REMEMBER_SECONDS)));
  }

  private void start(Map<String, Set<String>> affected, Executor background) {
    if (!isOfClient()) {
      blacklist(affected);
    }
    background.execute(() -> run(affected));
  }

  /**
   * Resumes one that was begun and may not be done.
   *
   * @param session of the start
   */
  public static void resume(KeycloakSession session, BulkRevocation bulk) {
    RealmModel realm = session.realms().getRealm(bulk.realmId());
    if (realm == null) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk);
    job.isFirst = false;
    LOG.info(LogText.of("%s: resumes after a stop", job.what));
    background(session).execute(() -> job.run(job.affected(bulk.decided())));
  }

  private static Executor background(KeycloakSession session) {
    return session.getProvider(ExecutorsProvider.class).getExecutor("token-guard-revocation");
  }

  /** The sessions by the user; those that began later are not meant. */
  private Map<String, Set<String>> affected(long latest) {
    return switch (bulk.kind()) {
      case REALM -> CommittedSessionReader.inRealm(factory, realm, latest);
      case REALM_NOT_BEFORE -> CommittedSessionReader.inRealm(factory, realm, bulk.decided());
      case FEDERATION -> CommittedSessionReader.ofFederation(factory, realm, bulk.id(), latest);
      case CLIENT ->
          CommittedSessionReader.atClient(
              factory, realm, bulk.id(), login -> login.getStarted() <= latest);
      case CLIENT_NOT_BEFORE ->
          CommittedSessionReader.atClient(factory, realm, bulk.id(), this::isOlderThanNotBefore);
    };
  }

  /** One of now ends them all; an earlier one those that have no later token. */
  private boolean isOlderThanNotBefore(AuthenticatedClientSessionModel login) {
    return login.getStarted() < bulk.decided()
        && (bulk.decided() >= begun - NOW_SECONDS
            || login.getUserSession().getLastSessionRefresh() < bulk.decided());
  }

  /**
   * Records for resource servers, before the answer goes out: it is quick, and once the sessions
   * are gone from Keycloak nobody could record them after a stop.
   *
   * @return whether Redis has all
   */
  private boolean blacklist(Map<String, Set<String>> affected) {
    try {
      return Transactions.inNewTransaction(
          factory,
          realm,
          own -> {
            RedisConnection.blacklistOf(own)
                .ifPresent(
                    list -> {
                      BlacklistEntryFactory entries = new BlacklistEntryFactory(own, bulk.reason());
                      List<BlacklistEntry> page = new ArrayList<>();
                      affected.forEach(
                          (userId, sessions) -> {
                            entries
                                .ofUser(userId, sessions, bulk.decided(), lastRevokedSecond())
                                .forEach(page::add);
                            if (page.size() >= ENTRIES_AT_ONCE) {
                              list.addAll(page);
                              page.clear();
                            }
                          });
                      list.addAll(page);
                    });
            return true;
          });
    } catch (StoreUnavailableException unavailable) {
      // Counted where it was thrown.
      return false;
    }
  }

  /** Of the sessions' access tokens. A not-before time spares those of its own second. */
  private long lastRevokedSecond() {
    return bulk.kind() == Kind.REALM_NOT_BEFORE ? bulk.decided() - 1 : bulk.decided();
  }

  private void run(Map<String, Set<String>> affected) {
    try {
      Map<String, Set<String>> left = step(withServiceAccounts(affected));
      for (int round = 0; !left.isEmpty() && round < ROUNDS_SECONDS.length; round++) {
        Thread.sleep(ROUNDS_SECONDS[round] * 1000L);
        left = step(left);
      }
      if (left.isEmpty()) {
        persist(bulk.done());
        LOG.info(LogText.of("%s: all %d users are done", what, affected.size()));
      } else {
        LOG.error(
            LogText.of(
                "%s: %d users are not done. It is tried again at the next start; until then, log them"
                    + " out by hand: %s",
                what, left.size(), left.keySet()));
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      LOG.warn(LogText.of("%s: resumes at the next start", what));
    } catch (RuntimeException failed) {
      LOG.error(LogText.of("%s: resumes at the next start", what), failed);
    }
  }

  /** Those for whom it has failed. */
  private Map<String, Set<String>> step(Map<String, Set<String>> affected)
      throws InterruptedException {
    if (bulk.kind() == Kind.REALM_NOT_BEFORE) {
      return blacklist(affected) ? Map.of() : affected;
    }
    Map<String, Set<String>> failed = new LinkedHashMap<>();
    int done = 0;
    for (Map.Entry<String, Set<String>> each : affected.entrySet()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      if (!terminate(each.getKey(), each.getValue())) {
        failed.put(each.getKey(), each.getValue());
      }
      done++;
      if (done % PROGRESS == 0) {
        LOG.info(LogText.of("%s: %d of %d users are done", what, done, affected.size()));
      }
    }
    return failed;
  }

  private boolean terminate(String userId, Set<String> sessions) {
    try {
      Revocation revocation =
          Transactions.retryOnConflict(
              () ->
                  Transactions.inNewTransaction(
                      factory, realm, own -> terminate(own, userId, sessions)));
      RevocationPropagation propagation =
          RevocationPropagation.first(realm, bulk.reason(), revocation);
      RevocationOutbox.of(factory).deliver(isFirst ? propagation : propagation.again());
      return true;
    } catch (RuntimeException failed) {
      LOG.error(LogText.of("%s: user %s is not done", what, userId), failed);
      return false;
    }
  }

  /** Terminates in Keycloak, and returns what is to be recorded in Redis. */
  private Revocation terminate(KeycloakSession own, String userId, Set<String> sessions) {
    RequestTerminations.ignore(own);
    SessionRemover remover =
        new SessionRemover(own, isOfClient() ? clientBefore() : bulk.decided());
    // From now, not from the decision, which may be days ago.
    long retainUntil = new RetentionTime(own, Time.currentTime()).ofSession();
    Revocation revocation;
    if (isOfClient() && !isServiceAccount(own, userId)) {
      List<ClientSession> logins =
          sessions.stream().map(id -> new ClientSession(id, bulk.id())).toList();
      revocation =
          bulk.kind() == Kind.CLIENT
              ? Revocation.ofClient(userId, bulk.id(), logins, clientBefore(), retainUntil)
              : Revocation.ofClientSessions(userId, logins, List.of(), bulk.decided(), retainUntil);
    } else {
      remover.raiseNotBefore(userId);
      revocation =
          Revocation.ofUser(userId, SessionRemover.both(sessions), bulk.decided(), retainUntil);
    }
    remover.removeAll(revocation, isFirst);
    return revocation;
  }

  /**
   * The first run knows by their ids the logins that were made in the second of the change. After a
   * stop nobody does: they are revoked as well, rather than to leave one out.
   */
  private long clientBefore() {
    return bulk.kind() == Kind.CLIENT && !isFirst ? bulk.decided() + 1 : bulk.decided();
  }

  private boolean isOfClient() {
    return bulk.kind() == Kind.CLIENT || bulk.kind() == Kind.CLIENT_NOT_BEFORE;
  }

  private boolean isServiceAccount(KeycloakSession own, String userId) {
    UserModel user = own.users().getUserById(own.getContext().getRealm(), userId);
    return user != null && bulk.id().equals(user.getServiceAccountClientLink());
  }

  /** They have tokens without a session. */
  private Map<String, Set<String>> withServiceAccounts(Map<String, Set<String>> affected) {
    if (bulk.kind() == Kind.FEDERATION) {
      return affected;
    }
    Map<String, Set<String>> all = new LinkedHashMap<>(affected);
    Transactions.inNewTransaction(factory, realm, this::serviceAccounts)
        .forEach(id -> all.computeIfAbsent(id, none -> new HashSet<>()));
    return all;
  }

  private List<String> serviceAccounts(KeycloakSession own) {
    RealmModel ownRealm = own.getContext().getRealm();
    try (Stream<ClientModel> clients =
        isOfClient()
            ? Stream.ofNullable(own.clients().getClientById(ownRealm, bulk.id()))
            : own.clients().getClientsStream(ownRealm)) {
      return clients
          .filter(ClientModel::isServiceAccountsEnabled)
          .map(own.users()::getServiceAccount)
          .filter(Objects::nonNull)
          .map(UserModel::getId)
          .toList();
    }
  }
}
