package dev.tokenguard.keycloak.revocation;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCConfigAttributes;

/**
 * How long an access token of a realm can live: so long a revoked session must be remembered by
 * those who check tokens themselves. Clients may have a lifespan of their own; going over all of
 * them is too much for each logout, so the answer is kept for a minute.
 */
final class LongestAccessToken {

  private static final int KEPT_SECONDS = 60;

  private final Map<String, Kept> keptByRealm = new ConcurrentHashMap<>();

  /** Seconds. */
  int lifespan(KeycloakSession session, RealmModel realm) {
    Kept kept = keptByRealm.get(realm.getId());
    if (kept == null || kept.until() <= Time.currentTime()) {
      kept = new Kept(longest(session, realm), Time.currentTime() + KEPT_SECONDS);
      keptByRealm.put(realm.getId(), kept);
    }
    return Math.max(kept.lifespan(), ofRealm(realm));
  }

  private static int longest(KeycloakSession session, RealmModel realm) {
    try (Stream<ClientModel> clients = session.clients().getClientsStream(realm)) {
      return clients
          .map(client -> client.getAttribute(OIDCConfigAttributes.ACCESS_TOKEN_LIFESPAN))
          .filter(Objects::nonNull)
          .mapToInt(LongestAccessToken::seconds)
          .max()
          .orElse(0);
    }
  }

  private static int ofRealm(RealmModel realm) {
    return Math.max(realm.getAccessTokenLifespan(), realm.getAccessTokenLifespanForImplicitFlow());
  }

  private static int seconds(String attribute) {
    try {
      return Integer.parseInt(attribute.trim());
    } catch (NumberFormatException notSet) {
      return 0;
    }
  }

  private record Kept(int lifespan, int until) {}
}
