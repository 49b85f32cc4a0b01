package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/** Reads many sessions from the database, past the caches. */
public interface SessionStreams {

  /** What the Keycloak at hand has for it. */
  SessionStreams IN_USE =
      KeycloakCapability.READ_ONLY_SESSIONS.isAvailable()
          ? KeycloakCapability.READ_ONLY_SESSIONS.adapter(
              SessionStreams.class, "dev.tokenguard.keycloak.since26_7.ReadOnlySessions")
          : new LoadedSessions();

  /** The ids of a user's sessions. */
  Stream<String> idsOf(
      KeycloakSession session, RealmModel realm, UserModel user, boolean isOffline);

  /** To be closed. */
  Stream<UserSessionModel> inRealm(KeycloakSession session, RealmModel realm, boolean isOffline);

  /** A page of those with a login at a client. */
  Stream<UserSessionModel> atClient(
      KeycloakSession session,
      RealmModel realm,
      ClientModel client,
      boolean isOffline,
      int first,
      int most);
}
