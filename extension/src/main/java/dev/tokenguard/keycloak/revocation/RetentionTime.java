package dev.tokenguard.keycloak.revocation;

import java.util.stream.LongStream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Until when a revocation matters: as long as any token that it must reach can be valid. Seconds
 * since the epoch.
 */
public final class RetentionTime {

  /** Requests that had read a session before it was removed are over by then. */
  private static final long RACES_SECONDS = 3600;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final long decided;

  /**
   * @param session whose realm is set
   */
  public RetentionTime(KeycloakSession session, long decided) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.decided = decided;
  }

  /** Keycloak has removed the sessions, so the access tokens are what is left. */
  public long ofSession() {
    return Math.max(
        decided + RACES_SECONDS, MaxAccessTokenLifespan.latestExpiry(session, realm) + 1);
  }

  /** Keycloak goes on knowing the session, so only the mark refuses the family's tokens. */
  public long ofFamily() {
    return LongStream.of(
            ofSession(),
            decided + realm.getSsoSessionMaxLifespan(),
            decided + realm.getSsoSessionMaxLifespanRememberMe(),
            decided
                + (realm.isOfflineSessionMaxLifespanEnabled()
                    ? realm.getOfflineSessionMaxLifespan()
                    : realm.getOfflineSessionIdleTimeout()))
        .max()
        .orElseThrow();
  }
}
