package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;

/** Reads many sessions from the database, not through the caches. */
public interface SessionStreams {

  /** The implementation for the running version of Keycloak. */
  SessionStreams IN_USE =
      KeycloakCapability.READ_ONLY_SESSIONS.isAvailable()
          ? KeycloakCapability.READ_ONLY_SESSIONS.adapter(
              SessionStreams.class, "dev.tokenguard.keycloak.since26_7.ReadOnlySessions")
          : new LoadedSessions();

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

  /**
   * Reads sessions up to Keycloak 26.6, where only the persister bypasses the caches. It has no
   * query for the sessions of a realm, so those of all realms are read, page by page in the order
   * of ids.
   */
  final class LoadedSessions implements SessionStreams {

    private static final int PAGE = 1000;

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

    private static UserSessionPersisterProvider persister(KeycloakSession session) {
      return session.getProvider(UserSessionPersisterProvider.class);
    }
  }
}
