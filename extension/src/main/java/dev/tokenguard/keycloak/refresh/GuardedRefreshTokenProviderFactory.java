package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Stands before Keycloak's own refresh-token provider for clients with a policy. */
public final class GuardedRefreshTokenProviderFactory
    implements RefreshTokenProviderFactory, ServerInfoAwareProviderFactory {

  private static final int BETWEEN_BUILT_IN_AND_OID4VCI = 5;

  private static final String NONE = "none";

  private RefreshObservers observers;

  @Override
  public String getId() {
    return "token-guard";
  }

  /** Keycloak asks the highest first: its own is 0, that for verifiable credentials 10. */
  @Override
  public int order() {
    return BETWEEN_BUILT_IN_AND_OID4VCI;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    // All settings are those of the connection and of the profiles.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    observers = new RefreshObservers();
  }

  @Override
  public RefreshTokenProvider create(KeycloakSession session) {
    return new GuardedRefreshTokenProvider(session, observers);
  }

  /** As far as the requests of this node have shown it since its start. */
  @Override
  public Map<String, String> getOperationalInfo() {
    Map<String, String> info = new LinkedHashMap<>();
    info.put("policies-covering-a-part", orNone(observers.coverage().shown()));
    info.put("realms-not-storing-the-alarm", orNone(observers.realms().storingNoAlarm()));
    return info;
  }

  private static String orNone(String found) {
    return found.isEmpty() ? NONE : found;
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
