package dev.tokenguard.keycloak.admin;

import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/**
 * The root resource. Keycloak has authenticated the administrator and checked no role: each method
 * below requires the permission that it needs.
 */
public final class TokenGuardResource {

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
