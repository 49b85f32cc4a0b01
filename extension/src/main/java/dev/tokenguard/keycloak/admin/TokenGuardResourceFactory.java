package dev.tokenguard.keycloak.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tokenguard.keycloak.admin.AdminRequest.Page;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Lineage;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import dev.tokenguard.revocation.Revocation.Reason;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.OperationType;
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

    private static final String REVOKED_TOKEN = "REVOKED_TOKEN";

    private final AdminRequest request;

    TokenGuardResource(AdminRequest request) {
      this.request = request;
    }

    @Path("users/{user-id}")
    public UserTokensResource user(@PathParam("user-id") String userId) {
      return new UserTokensResource(request, userId);
    }

    @Path("configuration")
    public ConfigurationResource configuration() {
      return new ConfigurationResource(request);
    }

    /** The newest incidents of the realm. */
    @GET
    @Path("incidents")
    @Produces(MediaType.APPLICATION_JSON)
    public Response incidents(
        @QueryParam("type") String type,
        @QueryParam("first") Integer first,
        @QueryParam("max") Integer max) {
      request.permissions().realm().requireViewEvents();
      Optional<Type> only = typeIn(type);
      Page page = Page.of(first, max);
      return Response.ok(
              request
                  .fromRedis(
                      () ->
                          request
                              .incidents()
                              .newest(request.realm().getId(), only, page.first(), page.max()))
                  .stream()
                  .map(IncidentRepresentation::of)
                  .toList())
          .build();
    }

    private static Optional<Type> typeIn(String given) {
      if (given == null || given.isEmpty()) {
        return Optional.empty();
      }
      Optional<Type> type = Type.of(given);
      if (type.isEmpty()) {
        throw AdminRequest.badRequest(
            "type: one of "
                + Arrays.stream(Type.values()).map(Type::id).collect(Collectors.joining(", ")));
      }
      return type;
    }

    /**
     * Reads an access token from the blacklist. The list has no realms, like Keycloak's own: the
     * {@code jti} of a token is unique in all of them.
     */
    @GET
    @Path("blacklist/{token-id}")
    @Produces(MediaType.APPLICATION_JSON)
    public Response findRevokedToken(@PathParam("token-id") String tokenId) {
      request.permissions().realm().requireViewRealm();
      String id = AdminRequest.valid(() -> AdminRequest.id("token-id", tokenId));
      return request
          .fromRedis(() -> request.blacklist().reasonFor(id))
          .or(() -> reasonOfKeycloak(id))
          .map(reason -> Response.ok(new Revoked(id, reason)).build())
          .orElseThrow(() -> AdminRequest.notFound("The token is not on the blacklist"));
    }

    /** Tokens revoked before Redis was configured are only on Keycloak's list, without reasons. */
    private Optional<String> reasonOfKeycloak(String id) {
      return RevokedAccessTokens.isOnListOfKeycloak(request.session(), id)
          ? Optional.of(Reason.REVOKED.id())
          : Optional.empty();
    }

    /** Adds an entry. An existing one keeps its reason, and its expiry if that is later. */
    @PUT
    @Path("blacklist/{token-id}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response addRevokedToken(
        @PathParam("token-id") String tokenId, Map<String, Object> body) {
      request.permissions().realm().requireManageRealm();
      String id = AdminRequest.valid(() -> AdminRequest.id("token-id", tokenId));
      long expiresAt =
          AdminRequest.valid(
              () -> AdminRequest.expiry(body == null ? Map.of() : body, Time.currentTime()));
      request.blacklist();
      boolean isDelivered =
          Transactions.inNewTransaction(
              request.session().getKeycloakSessionFactory(),
              request.realm(),
              own -> new RevokedAccessTokens(own, Reason.ADMINISTRATOR).add(id, expiresAt));
      request.changed(REVOKED_TOKEN, OperationType.CREATE);
      return isDelivered ? Response.noContent().build() : AdminRequest.pending();
    }
  }

  /**
   * @param reason a {@link Reason#id}
   */
  record Revoked(String id, String reason) {}

  /** Unknown values are left out. Times are milliseconds since the epoch, as in events. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record IncidentRepresentation(
      long time,
      String type,
      String userId,
      String clientId,
      String sessionId,
      @Nullable String family,
      @Nullable Long generation,
      @Nullable Long newestGeneration,
      String ipAddress,
      String reason) {

    static IncidentRepresentation of(Recorded recorded) {
      Incident incident = recorded.incident();
      Incident.Origin origin = incident.origin();
      return new IncidentRepresentation(
          recorded.time().toEpochMilli(),
          incident.type().id(),
          origin.userId(),
          origin.clientId(),
          origin.sessionId(),
          incident.lineage().map(Lineage::family).orElse(null),
          incident.lineage().map(Lineage::presented).orElse(null),
          incident.lineage().map(Lineage::newest).map(IncidentRepresentation::orNull).orElse(null),
          origin.ip(),
          incident.reason());
    }

    private static @Nullable Long orNull(OptionalLong number) {
      return number.isPresent() ? number.getAsLong() : null;
    }
  }
}
