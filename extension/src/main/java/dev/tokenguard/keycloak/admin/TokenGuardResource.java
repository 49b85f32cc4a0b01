package dev.tokenguard.keycloak.admin;

import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/**
 * The entrance. Keycloak has checked the bearer token, but no role: each method below asks for the
 * permission that it needs.
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
