package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.Revocation.Reason;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.OperationType;

/**
 * One access token on the blacklist. The list has no realms, like Keycloak's own: the {@code jti}
 * of a token is unique in all of them.
 */
public final class RevokedTokenResource {

  private static final String RESOURCE_TYPE = "REVOKED_TOKEN";

  private final AdminRequest request;
  private final String tokenId;

  RevokedTokenResource(AdminRequest request, String tokenId) {
    this.request = request;
    this.tokenId = tokenId;
  }

  /**
   * @param reason a {@link Reason#word}
   */
  record Revoked(String id, String reason) {}

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response find() {
    request.permissions().realm().requireViewRealm();
    String id = AdminRequest.valid(() -> RequestParameters.id("token-id", tokenId));
    return request
        .fromRedis(() -> request.blacklist().reasonFor(id))
        .or(() -> reasonOfKeycloak(id))
        .map(reason -> Response.ok(new Revoked(id, reason)).build())
        .orElseThrow(() -> AdminRequest.notFound("The token is not on the blacklist"));
  }

  /** Tokens revoked before Redis was configured are only on Keycloak's list, without reasons. */
  private Optional<String> reasonOfKeycloak(String id) {
    return RevokedAccessTokens.isOnListOfKeycloak(request.session(), id)
        ? Optional.of(Reason.REVOKED.word())
        : Optional.empty();
  }

  /** Adds an entry. An existing one keeps its reason, and its expiry if that is later. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response add(Map<String, Object> body) {
    request.permissions().realm().requireManageRealm();
    String id = AdminRequest.valid(() -> RequestParameters.id("token-id", tokenId));
    long expiresAt =
        AdminRequest.valid(
            () -> RequestParameters.expiry(body == null ? Map.of() : body, Time.currentTime()));
    request.blacklist();
    boolean isDelivered =
        Transactions.inNewTransaction(
            request.session().getKeycloakSessionFactory(),
            request.realm(),
            own -> new RevokedAccessTokens(own, Reason.ADMINISTRATOR).add(id, expiresAt));
    request.changed(RESOURCE_TYPE, OperationType.CREATE);
    return isDelivered ? Response.noContent().build() : AdminRequest.pending();
  }
}
