package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.connection.RedisConnection;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers the resources in every realm. */
public final class TokenGuardResourceFactory implements AdminRealmResourceProviderFactory {

  /** The name in the path, too. */
  static final String ID = "token-guard";

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public AdminRealmResourceProvider create(KeycloakSession session) {
    return new RootProvider();
  }

  @Override
  public void init(Config.Scope config) {
    // The settings are those of the connection.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  private static final class RootProvider implements AdminRealmResourceProvider {
    @Override
    public Object getResource(
        KeycloakSession session,
        RealmModel realm,
        AdminPermissionEvaluator permissions,
        AdminEventBuilder event) {
      return new TokenGuardResource(new AdminRequest(session, realm, permissions, event));
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }

  /**
   * The root resource. Keycloak has authenticated the administrator and checked no role: each
   * method below requires the permission that it needs.
   */
  public static final class TokenGuardResource {

    private final AdminRequest request;

    TokenGuardResource(AdminRequest request) {
      this.request = request;
    }

    @Path("users/{user-id}")
    public UserTokensResource user(@PathParam("user-id") String userId) {
      return new UserTokensResource(request, userId);
    }

    @Path("blacklist/{token-id}")
    public RevokedTokenResource revokedToken(@PathParam("token-id") String tokenId) {
      return new RevokedTokenResource(request, tokenId);
    }

    @Path("configuration")
    public ConfigurationResource configuration() {
      return new ConfigurationResource(request);
    }

    @Path("incidents")
    public IncidentsResource incidents() {
      return new IncidentsResource(request);
    }
  }
}
