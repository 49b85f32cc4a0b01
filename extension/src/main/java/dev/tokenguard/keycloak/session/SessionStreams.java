package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.stream.Stream;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

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
}
