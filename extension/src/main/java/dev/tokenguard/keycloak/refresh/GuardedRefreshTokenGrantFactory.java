package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.metrics.RefreshMetrics;
import dev.tokenguard.keycloak.policy.PolicyFindings;
import dev.tokenguard.keycloak.refresh.ReuseHandler.ListedFamilies;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.RefreshTokenGrantTypeFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/** Replaces Keycloak's factory of the grant {@code refresh_token}. */
public final class GuardedRefreshTokenGrantFactory extends RefreshTokenGrantTypeFactory
    implements ServerInfoAwareProviderFactory {

  /** Keycloak selects the highest order for an id; that of the built-in factory is 0. */
  private static final int BEFORE_BUILT_IN = 10;

  private static final String NONE = "none";

  private RefreshMetrics metrics;
  private PolicyFindings findings;
  private ListedFamilies listed;

  @Override
  public int order() {
    return BEFORE_BUILT_IN;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    super.postInit(factory);
    metrics = new RefreshMetrics();
    findings = new PolicyFindings();
    listed = new ListedFamilies();
  }

  @Override
  public OAuth2GrantType create(KeycloakSession session) {
    return new GuardedRefreshTokenGrant(metrics, findings, listed);
  }

  /** The findings of this node since its start. */
  @Override
  public Map<String, String> getOperationalInfo() {
    Map<String, String> info = new LinkedHashMap<>();
    info.put("by-this-keycloak", KeycloakCapability.describe());
    info.put("policies-covering-a-part", orNone(findings.describePartialCoverage()));
    info.put("clients-with-suppressed-rotation", orNone(findings.clientsWithSuppressedRotation()));
    info.put("clients-without-key", orNone(findings.clientsWithoutKey()));
    info.put("realms-not-storing-the-alarm", orNone(findings.realmsWithoutAlarm()));
    return info;
  }

  private static String orNone(String found) {
    return found.isEmpty() ? NONE : found;
  }
}
