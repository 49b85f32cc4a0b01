package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.MaxAccessTokenLifespan;
import dev.tokenguard.keycloak.revocation.RevocationOutbox;
import dev.tokenguard.keycloak.revocation.RevocationPropagation;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
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
 * Runs a {@link BulkRevocation} in the background, after the commit of the change; each user is a
 * step of its own.
 *
 * <p>The start is committed with the change, in Keycloak's own list of revoked tokens, and the end
 * after the last step. So if a node stops in between, it or another one resumes the job at its next
 * start.
 */
public final class BulkRevocationJob {

  private static final Logger LOG = Logger.getLogger(BulkRevocationJob.class);

  private static final int PROGRESS = 1000;
  private static final int ENTRIES_AT_ONCE = 1000;
  private static final int MAX_NAMED = 20;

  /** A not-before time that is not older was set to the current time. */
  private static final int NOW_SECONDS = 10;

  private static final int KEPT_SECONDS = 30 * 24 * 3600;

  /** The pauses before the rounds for the users whose step has failed. */
  private static final int[] ROUNDS_SECONDS = {1, 5, 30};

  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final BulkRevocation bulk;
  private final boolean isFirst;
  private final int begunAt = Time.currentTime();
  private final Executor background;
  private final IntFunction<Executor> delayed;
  private final String what;

  private BulkRevocationJob(
      KeycloakSession session, RealmModel realm, BulkRevocation bulk, boolean isFirst) {
    this(
        session,
        realm,
        bulk,
        isFirst,
        seconds -> CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS, Runnable::run));
  }

  /**
   * @param isFirst false if the job resumes after a stop
   * @param delayed an executor that waits for some seconds
   */
  BulkRevocationJob(
      KeycloakSession session,
      RealmModel realm,
      BulkRevocation bulk,
      boolean isFirst,
      IntFunction<Executor> delayed) {
    this.factory = session.getKeycloakSessionFactory();
    this.realm = realm;
    this.bulk = bulk;
    this.isFirst = isFirst;
    this.delayed = delayed;
    this.background =
        session.getProvider(ExecutorsProvider.class).getExecutor("token-guard-revocation");
    this.what = "Realm %s (%s)".formatted(realm.getName(), bulk.reason().id());
  }

  /**
   * Begins after the commit of the change.
   *
   * @param session the session of the request that made the change
   */
  public static void begin(KeycloakSession session, RealmModel realm, BulkRevocation bulk) {
    if (!beginOnce(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, true);
    Map<String, Set<String>> affected = job.affected(Long.MAX_VALUE);
    RevokedTokenList.builtIn(session).put(bulk.begun(), KEPT_SECONDS);
    Transactions.afterCommit(session, () -> job.start(affected));
  }

  /** Starts for a change that is detected after its commit: the start is committed later. */
  public static void beginCommitted(
      KeycloakSession session, RealmModel realm, BulkRevocation bulk) {
    if (!beginOnce(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, true);
    job.persist(bulk.begun());
    job.start(job.affected(bulk.decided()));
  }

  /**
   * Resumes a job that has begun and not ended.
   *
   * @param session the session in which Keycloak starts
   */
  public static void resume(KeycloakSession session, BulkRevocation bulk) {
    RealmModel realm = session.realms().getRealm(bulk.realmId());
    if (realm == null) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, false);
    LOG.info(LogText.of("%s: the revocation resumes after a stop", job.what));
    job.inBackground(() -> job.run(job.affected(bulk.decided())));
  }

  /**
   * Marks the revocation as begun in the request, because a change can have both a model event and
   * an admin event.
   *
   * @return whether it was not begun before
   */
  private static boolean beginOnce(KeycloakSession session, BulkRevocation bulk) {
    String attribute = "token-guard.bulk." + bulk.kind() + bulk.reason() + bulk.id();
    boolean isFirst = session.getAttribute(attribute) == null;
    session.setAttribute(attribute, true);
    return isFirst;
  }

  /** Returns whether the realm still exists. */
  private boolean persist(String text) {
    return Transactions.retryOnConflict(
            () -> inRealm(own -> RevokedTokenList.builtIn(own).put(text, KEPT_SECONDS)))
        .isPresent();
  }

  /**
   * Runs a step in a new transaction; empty if the realm was deleted, because then nothing is left
   * to revoke. When Keycloak deletes a realm, it reports the removal of each client.
   */
  private <T> Optional<T> inRealm(Function<KeycloakSession, T> step) {
    return Transactions.inNewTransaction(
        factory,
        realm,
        own -> Optional.ofNullable(own.getContext().getRealm()).map(found -> step.apply(own)));
  }

  void start(Map<String, Set<String>> affected) {
    listFirst(affected);
    inBackground(() -> run(affected));
  }

  private void inBackground(Runnable work) {
    background.execute(() -> untilTheNextStart(work));
  }

  private void untilTheNextStart(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException failed) {
      LOG.error(LogText.of("%s: the revocation resumes at the next start", what), failed);
    }
  }

  private void run(Map<String, Set<String>> affected) {
    round(0, withServiceAccounts(affected), affected.size());
  }

  private void round(int number, Map<String, Set<String>> users, int all) {
    Map<String, Set<String>> failed =
        bulk.kind() == Kind.REALM_NOT_BEFORE ? listAll(users) : revokeAll(users);
    if (Thread.currentThread().isInterrupted()) {
      LOG.warn(LogText.of("%s: the revocation resumes at the next start", what));
    } else if (failed.isEmpty()) {
      if (persist(bulk.done())) {
        LOG.info(LogText.of("%s: the sessions of all %d users are revoked", what, all));
      }
    } else if (number < ROUNDS_SECONDS.length) {
      delayed
          .apply(ROUNDS_SECONDS[number])
          .execute(() -> inBackground(() -> round(number + 1, failed, all)));
    } else {
      LOG.error(
          LogText.of(
              "%s: the sessions of %d users are not revoked. Token Guard retries at the next start;"
                  + " until then, log these users out: %s",
              what, failed.size(), named(failed.keySet())));
    }
  }

  /** The ids for a line of the log, which a realm with many users would make too long. */
  static String named(Collection<String> ids) {
    String first = ids.stream().limit(MAX_NAMED).collect(Collectors.joining(", "));
    return ids.size() <= MAX_NAMED ? first : first + " and " + (ids.size() - MAX_NAMED) + " more";
  }

  /**
   * Records all users for resource servers. What Redis does not record waits in the outbox.
   *
   * @return the users if Keycloak fails
   */
  private Map<String, Set<String>> listAll(Map<String, Set<String>> users) {
    try {
      list(users, RevokedAccessTokens::record);
      return Map.of();
    } catch (RuntimeException failed) {
      LOG.error(LogText.of("%s: not all users are recorded for resource servers", what), failed);
      return users;
    }
  }

  /**
   * Revokes for each user until the thread is interrupted or the realm is deleted, and returns
   * those whose step has failed.
   */
  private Map<String, Set<String>> revokeAll(Map<String, Set<String>> users) {
    Map<String, Set<String>> failed = new LinkedHashMap<>();
    int done = 0;
    for (Map.Entry<String, Set<String>> each : users.entrySet()) {
      if (Thread.currentThread().isInterrupted()) {
        return failed;
      }
      try {
        if (!revoke(each.getKey(), each.getValue())) {
          return Map.of();
        }
      } catch (RuntimeException refused) {
        // An outage of the database fails for each user: one stack trace is enough.
        if (failed.isEmpty()) {
          LOG.error(
              LogText.of("%s: the sessions of user %s are not revoked", what, each.getKey()),
              refused);
        }
        failed.put(each.getKey(), each.getValue());
      }
      done++;
      if (done % PROGRESS == 0) {
        LOG.info(
            LogText.of("%s: the sessions of %d of %d users are revoked", what, done, users.size()));
      }
    }
    return failed;
  }

  /** The ids of the affected sessions by user id: those that began up to a second. */
  private Map<String, Set<String>> affected(long latest) {
    return switch (bulk.kind()) {
      case REALM -> CommittedSessionReader.inRealm(factory, realm, latest);
      case REALM_NOT_BEFORE -> CommittedSessionReader.inRealm(factory, realm, bulk.decided());
      case FEDERATION -> CommittedSessionReader.ofFederation(factory, realm, bulk.id(), latest);
      case CLIENT ->
          CommittedSessionReader.atClient(
              factory, realm, bulk.id(), clientSession -> clientSession.getStarted() <= latest);
      case CLIENT_NOT_BEFORE ->
          CommittedSessionReader.atClient(factory, realm, bulk.id(), this::isOlderThanNotBefore);
    };
  }

  /** The current time terminates all sessions; an earlier one those without a later token. */
  private boolean isOlderThanNotBefore(AuthenticatedClientSessionModel clientSession) {
    return clientSession.getStarted() < bulk.decided()
        && (bulk.decided() >= begunAt - NOW_SECONDS
            || clientSession.getUserSession().getLastSessionRefresh() < bulk.decided());
  }

  /** Adds the service accounts, which have tokens without a session. */
  private Map<String, Set<String>> withServiceAccounts(Map<String, Set<String>> affected) {
    if (bulk.kind() == Kind.FEDERATION) {
      return affected;
    }
    Map<String, Set<String>> all = new LinkedHashMap<>(affected);
    inRealm(this::serviceAccounts)
        .orElse(List.of())
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

  /**
   * Records all users for resource servers, before the response: it is fast, and after the removal
   * of the sessions and a stop they would be unknown. A failure is not final, because each user is
   * recorded in the background as well. For a client nothing is recorded, because the blacklist has
   * no entries for client sessions.
   */
  private void listFirst(Map<String, Set<String>> affected) {
    if (isOfClient()) {
      return;
    }
    try {
      list(affected, RevokedAccessTokens::addToBlacklist);
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of("%s: the users are recorded for resource servers in the background", what),
          failed);
    }
  }

  /** In pages, each in a transaction of its own, because the recorder may write to the database. */
  private void list(
      Map<String, Set<String>> affected, BiConsumer<RevokedAccessTokens, List<Entry>> recorder) {
    Map<String, Set<String>> page = new LinkedHashMap<>();
    int entries = 0;
    for (Map.Entry<String, Set<String>> each : affected.entrySet()) {
      page.put(each.getKey(), each.getValue());
      entries += 1 + each.getValue().size();
      if (entries >= ENTRIES_AT_ONCE) {
        listPage(page, recorder);
        page.clear();
        entries = 0;
      }
    }
    listPage(page, recorder);
  }

  private void listPage(
      Map<String, Set<String>> users, BiConsumer<RevokedAccessTokens, List<Entry>> recorder) {
    // Tokens of the second of a not-before time stay valid.
    long cutOff = bulk.kind() == Kind.REALM_NOT_BEFORE ? bulk.decided() - 1 : bulk.decided();
    inRealm(
        own -> {
          RevokedAccessTokens revoked = new RevokedAccessTokens(own, bulk.reason());
          List<Entry> entries = new ArrayList<>();
          users.forEach(
              (userId, sessions) ->
                  revoked
                      .entriesOfUser(userId, sessions, bulk.decided(), cutOff)
                      .forEach(entries::add));
          recorder.accept(revoked, entries);
          return users.size();
        });
  }

  /**
   * Revokes for one user. If Redis is unavailable, the revocation waits in the outbox.
   *
   * @return whether the realm still exists
   * @throws RuntimeException if Keycloak fails to terminate the sessions
   */
  private boolean revoke(String userId, Set<String> sessions) {
    Optional<Revocation> revocation =
        Transactions.retryOnConflict(
            () -> inRealm(own -> terminate(own, userId, List.copyOf(sessions))));
    revocation.ifPresent(this::deliver);
    return revocation.isPresent();
  }

  private void deliver(Revocation revocation) {
    RevocationPropagation propagation =
        RevocationPropagation.first(realm, bulk.reason(), revocation);
    RevocationOutbox.of(factory).deliver(isFirst ? propagation : propagation.again());
  }

  /** Terminates the sessions in Keycloak, and returns the revocation for Redis. */
  private Revocation terminate(KeycloakSession own, String userId, List<String> sessions) {
    boolean isAtClient = isOfClient() && !isServiceAccount(own, userId);
    SessionRemover remover =
        new SessionRemover(own, isOfClient() ? clientBefore() : bulk.decided());
    if (!isAtClient) {
      remover.raiseNotBefore(userId);
    }
    // From now on, because the decision may be days ago.
    long retainUntil =
        MaxAccessTokenLifespan.of(own)
            .retainSession(own, own.getContext().getRealm(), Time.currentTime());
    Revocation revocation =
        isAtClient
            ? new Revocation(atClient(userId, sessions), clientBefore(), retainUntil)
            : new Revocation(
                new User(userId, Optional.empty(), sessions), bulk.decided(), retainUntil);
    remover.removeAll(revocation, isFirst);
    return revocation;
  }

  private RevocationTarget atClient(String userId, List<String> sessions) {
    return bulk.kind() == Kind.CLIENT
        ? new Client(userId, bulk.id(), sessions)
        : new ClientSessions(
            userId,
            sessions.stream().map(id -> new ClientSession(id, bulk.id())).toList(),
            List.of());
  }

  /**
   * The first run knows the ids of the logins in the second of the change. After a stop they are
   * unknown, so all logins of that second are revoked.
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
}
