package dev.tokenguard.keycloak.revocation;

import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.session.RevokedToken;
import org.keycloak.models.session.RevokedTokenPersisterProvider;

/** What Keycloak's own list of revoked tokens has in the database, where it outlives a restart. */
final class PersistedRevokedTokens {

  private PersistedRevokedTokens() {}

  /** Expired ones may be among them. Close the stream. */
  static Stream<RevokedToken> of(KeycloakSession session) {
    RevokedTokenPersisterProvider persister =
        session.getProvider(RevokedTokenPersisterProvider.class);
    return persister == null ? Stream.empty() : persister.getAllRevokedTokens();
  }
}
