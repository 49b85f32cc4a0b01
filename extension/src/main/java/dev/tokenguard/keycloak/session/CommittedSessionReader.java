package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.KeycloakCapability;
import dev.tokenguard.keycloak.support.Transactions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;
import org.keycloak.storage.StorageId;

/**
 * Reads the committed sessions, which the current request may have removed already. They are read
 * in a new transaction, from the database and not through the caches: a read through a cache would
 * put a session back into it that is being removed.
 */
public final class CommittedSessionReader {

  private static final int PAGE = 1000;

  /** The implementation for the running version of Keycloak. */
  private static final SessionStreams STREAMS =
      KeycloakCapability.READ_ONLY_SESSIONS.isAvailable()
          ? KeycloakCapability.READ_ONLY_SESSIONS.adapter(
              SessionStreams.class, "dev.tokenguard.keycloak.since26_7.ReadOnlySessions")
          : new LoadedSessions();

  private CommittedSessionReader() {}

  /** The ids of the sessions of a user, online and offline. */
  public static List<String> ofUser(KeycloakSession session, RealmModel realm, String userId) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> {
          RealmModel ownRealm = own.getContext().getRealm();
          UserModel user = own.users().getUserById(ownRealm, userId);
          return user == null
              ? List.of()
              : Stream.of(false, true)
                  .flatMap(isOffline -> STREAMS.idsOf(own, ownRealm, user, isOffline))
                  .distinct()
                  .toList();
        });
  }

  /** The user and the kinds of the sessions with an id; empty without a session of a user. */
  public static Optional<Found> find(KeycloakSession session, RealmModel realm, String sessionId) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> {
          UserSessionModel online = load(own, sessionId, false);
          UserSessionModel offline = load(own, sessionId, true);
          UserSessionModel any = online == null ? offline : online;
          return Optional.ofNullable(any)
              .map(UserSessionModel::getUser)
              .map(user -> new Found(user.getId(), online != null, offline != null));
        });
  }

  /** The sessions with one id. */
  public record Found(String userId, boolean isOnline, boolean isOffline) {}

  private static UserSessionModel load(KeycloakSession own, String id, boolean isOffline) {
    return persister(own).loadUserSession(own.getContext().getRealm(), id, isOffline);
  }

  /**
   * The ids of the sessions of a realm by user id.
   *
   * @param latest the latest start of the sessions, seconds since the epoch
   */
  static Map<String, Set<String>> inRealm(
      KeycloakSessionFactory factory, RealmModel realm, long latest) {
    return Transactions.inNewTransaction(
        factory, realm, own -> sessionsOfRealm(own, it -> it.getStarted() <= latest));
  }

  /** The ids of the sessions of the users of a user federation, by user id. */
  static Map<String, Set<String>> ofFederation(
      KeycloakSessionFactory factory, RealmModel realm, String federation, long latest) {
    return Transactions.inNewTransaction(
        factory,
        realm,
        own ->
            sessionsOfRealm(
                own, it -> it.getStarted() <= latest && isFrom(federation, it.getUser())));
  }

  private static boolean isFrom(String federation, UserModel user) {
    return federation.equals(user.getFederationLink())
        || federation.equals(new StorageId(user.getId()).getProviderId());
  }

  /** The ids of the sessions with a matching client session, by user id. */
  static Map<String, Set<String>> atClient(
      KeycloakSessionFactory factory,
      RealmModel realm,
      String clientId,
      Predicate<AuthenticatedClientSessionModel> matches) {
    return Transactions.inNewTransaction(
        factory,
        realm,
        own -> {
          RealmModel ownRealm = own.getContext().getRealm();
          ClientModel client = own.clients().getClientById(ownRealm, clientId);
          return client == null
              ? Map.of()
              : byUser(
                  userSession -> {
                    AuthenticatedClientSessionModel clientSession =
                        userSession.getAuthenticatedClientSessionByClient(clientId);
                    return clientSession != null && matches.test(clientSession);
                  },
                  atClient(own, ownRealm, client, false),
                  atClient(own, ownRealm, client, true));
        });
  }

  private static Map<String, Set<String>> sessionsOfRealm(
      KeycloakSession own, Predicate<UserSessionModel> matches) {
    RealmModel ownRealm = own.getContext().getRealm();
    return byUser(
        matches, STREAMS.inRealm(own, ownRealm, false), STREAMS.inRealm(own, ownRealm, true));
  }

  private static UserSessionPersisterProvider persister(KeycloakSession own) {
    return own.getProvider(UserSessionPersisterProvider.class);
  }

  private static Stream<UserSessionModel> atClient(
      KeycloakSession own, RealmModel realm, ClientModel client, boolean isOffline) {
    return Stream.iterate(0, at -> at + PAGE)
        .map(at -> STREAMS.atClient(own, realm, client, isOffline, at, PAGE).toList())
        .takeWhile(sessions -> !sessions.isEmpty())
        .flatMap(List::stream);
  }

  private static Map<String, Set<String>> byUser(
      Predicate<UserSessionModel> matches,
      Stream<UserSessionModel> online,
      Stream<UserSessionModel> offline) {
    Map<String, Set<String>> sessionsByUser = new LinkedHashMap<>();
    try (online;
        offline) {
      Stream.concat(online, offline)
          .filter(it -> it.getUser() != null && matches.test(it))
          .forEach(
              it ->
                  sessionsByUser
                      .computeIfAbsent(it.getUser().getId(), id -> new LinkedHashSet<>())
                      .add(it.getId()));
    }
    return sessionsByUser;
  }

  /** Reads many sessions from the database, not through the caches. */
  public interface SessionStreams {

    /** The ids of the sessions of a user. */
    Stream<String> idsOf(
        KeycloakSession session, RealmModel realm, UserModel user, boolean isOffline);

    /** The sessions of a realm. The caller closes the stream. */
    Stream<UserSessionModel> inRealm(KeycloakSession session, RealmModel realm, boolean isOffline);

    /** A page of the sessions with a client session at a client. */
    Stream<UserSessionModel> atClient(
        KeycloakSession session,
        RealmModel realm,
        ClientModel client,
        boolean isOffline,
        int first,
        int most);
  }

  /**
   * Reads sessions up to Keycloak 26.6, where only the persister bypasses the caches. It has no
   * query for the sessions of a realm, so those of all realms are read, page by page in the order
   * of ids.
   */
  private static final class LoadedSessions implements SessionStreams {

    /** Less than every id. */
    private static final String FIRST = "";

    @Override
    public Stream<String> idsOf(
        KeycloakSession session, RealmModel realm, UserModel user, boolean isOffline) {
      return persister(session)
          .loadUserSessionsStream(realm, user, isOffline, null, null)
          .map(UserSessionModel::getId);
    }

    @Override
    public Stream<UserSessionModel> inRealm(
        KeycloakSession session, RealmModel realm, boolean isOffline) {
      return Stream.iterate(
              page(session, isOffline, FIRST),
              page -> !page.isEmpty(),
              page -> page(session, isOffline, page.get(page.size() - 1).getId()))
          .flatMap(List::stream)
          .filter(it -> it.getRealm().getId().equals(realm.getId()));
    }

    private static List<UserSessionModel> page(
        KeycloakSession session, boolean isOffline, String after) {
      return persister(session).loadUserSessionsStream(0, PAGE, isOffline, after).toList();
    }

    @Override
    public Stream<UserSessionModel> atClient(
        KeycloakSession session,
        RealmModel realm,
        ClientModel client,
        boolean isOffline,
        int first,
        int most) {
      return persister(session).loadUserSessionsStream(realm, client, isOffline, first, most);
    }
  }
}
