package dev.tokenguard.keycloak.since26_7;

import dev.tokenguard.keycloak.session.CommittedSessionReader.SessionStreams;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;

/** Reads sessions without entities and cache entries. */
public final class ReadOnlySessions implements SessionStreams {

  @Override
  public Stream<String> idsOf(
      KeycloakSession session, RealmModel realm, UserModel user, boolean isOffline) {
    return session
        .getProvider(UserSessionPersisterProvider.class)
        .findUserSessionsByUserId(realm, user, isOffline)
        .keySet()
        .stream();
  }

  @Override
  public Stream<UserSessionModel> inRealm(
      KeycloakSession session, RealmModel realm, boolean isOffline) {
    return isOffline
        ? session.sessions().readOnlyStreamOfflineUserSessions(realm)
        : session.sessions().readOnlyStreamUserSessions(realm);
  }

  @Override
  public Stream<UserSessionModel> atClient(
      KeycloakSession session,
      RealmModel realm,
      ClientModel client,
      boolean isOffline,
      int first,
      int most) {
    return isOffline
        ? session.sessions().readOnlyStreamOfflineUserSessions(realm, client, first, most)
        : session.sessions().readOnlyStreamUserSessions(realm, client, first, most);
  }
}
