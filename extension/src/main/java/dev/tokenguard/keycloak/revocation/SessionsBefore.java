package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.OwnTransaction;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.UserSessionProvider;
import org.keycloak.models.session.UserSessionPersisterProvider;

/**
 * The sessions as they were before the request at hand, which may have ended them already. They are
 * read in a transaction of its own, from the database and past the caches: who reads a session that
 * is being removed through them brings it back.
 */
public final class SessionsBefore {

  private static final int PAGE = 1000;

  private SessionsBefore() {}

  /** The ids of a user's sessions, online and offline. */
  public static List<String> ofUser(KeycloakSession session, RealmModel realm, String userId) {
    return read(
        session,
        realm,
        own -> {
          RealmModel ownRealm = own.getContext().getRealm();
          UserModel user = own.users().getUserById(ownRealm, userId);
          return user == null
              ? List.of()
              : Stream.of(false, true)
                  .flatMap(
                      isOffline ->
                          persister(own)
                              .findUserSessionsByUserId(ownRealm, user, isOffline)
                              .keySet()
                              .stream())
                  .distinct()
                  .toList();
        });
  }

  /** The id of the user whose session it was, online or offline; null when there was none. */
  public static String userOf(KeycloakSession session, RealmModel realm, String sessionId) {
    return read(
        session,
        realm,
        own ->
            Stream.of(false, true)
                .map(
                    isOffline ->
                        persister(own)
                            .loadUserSession(own.getContext().getRealm(), sessionId, isOffline))
                .filter(found -> found != null && found.getUser() != null)
                .map(found -> found.getUser().getId())
                .findFirst()
                .orElse(null));
  }

  /**
   * The ids of all sessions of a realm that began in time, by the user.
   *
   * @param latest the last second in which they may have begun, since the epoch
   */
  static Map<String, Set<String>> inRealm(
      KeycloakSessionFactory factory, RealmModel realm, long latest) {
    return OwnTransaction.in(
        factory,
        realm,
        own -> {
          RealmModel ownRealm = own.getContext().getRealm();
          UserSessionProvider sessions = own.sessions();
          return byUser(
              it -> it.getStarted() <= latest,
              sessions.readOnlyStreamUserSessions(ownRealm),
              sessions.readOnlyStreamOfflineUserSessions(ownRealm));
        });
  }

  /**
   * The ids of all sessions in which a login at a client was made in time, by the user.
   *
   * @param latest the last second of the login, since the epoch
   */
  static Map<String, Set<String>> atClient(
      KeycloakSessionFactory factory, RealmModel realm, String clientId, long latest) {
    return OwnTransaction.in(
        factory,
        realm,
        own -> {
          RealmModel ownRealm = own.getContext().getRealm();
          ClientModel client = own.clients().getClientById(ownRealm, clientId);
          UserSessionProvider sessions = own.sessions();
          return client == null
              ? Map.of()
              : byUser(
                  it -> isAt(clientId, latest, it),
                  paged(at -> sessions.readOnlyStreamUserSessions(ownRealm, client, at, PAGE)),
                  paged(
                      at ->
                          sessions.readOnlyStreamOfflineUserSessions(ownRealm, client, at, PAGE)));
        });
  }

  private static UserSessionPersisterProvider persister(KeycloakSession own) {
    return own.getProvider(UserSessionPersisterProvider.class);
  }

  private static Stream<UserSessionModel> paged(IntFunction<Stream<UserSessionModel>> page) {
    return Stream.iterate(0, at -> at + PAGE)
        .map(at -> page.apply(at).toList())
        .takeWhile(sessions -> !sessions.isEmpty())
        .flatMap(List::stream);
  }

  private static boolean isAt(String clientId, long latest, UserSessionModel userSession) {
    AuthenticatedClientSessionModel login =
        userSession.getAuthenticatedClientSessionByClient(clientId);
    return login != null && login.getStarted() <= latest;
  }

  private static Map<String, Set<String>> byUser(
      Predicate<UserSessionModel> wanted,
      Stream<UserSessionModel> online,
      Stream<UserSessionModel> offline) {
    Map<String, Set<String>> sessionsByUser = new LinkedHashMap<>();
    try (online;
        offline) {
      Stream.concat(online, offline)
          .filter(it -> it.getUser() != null && wanted.test(it))
          .forEach(
              it ->
                  sessionsByUser
                      .computeIfAbsent(it.getUser().getId(), id -> new LinkedHashSet<>())
                      .add(it.getId()));
    }
    return sessionsByUser;
  }

  private static <T> T read(
      KeycloakSession session, RealmModel realm, Function<KeycloakSession, T> reader) {
    return OwnTransaction.in(session.getKeycloakSessionFactory(), realm, reader);
  }
}
