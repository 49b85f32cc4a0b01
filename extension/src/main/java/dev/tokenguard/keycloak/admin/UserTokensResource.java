package dev.tokenguard.keycloak.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.refresh.RevokedFamily;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.rotation.TokenFamily;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.device.DeviceActivityManager;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.account.DeviceRepresentation;

/**
 * The token families and sessions of one user. The revocation of a family or session that is
 * revoked already succeeds.
 */
@Produces(MediaType.APPLICATION_JSON)
public final class UserTokensResource {

  /** Resource types of admin events, different from those of Keycloak. */
  private static final String FAMILY = "TOKEN_FAMILY";

  private static final String FAMILIES = "TOKEN_FAMILIES";
  private static final String SESSION = "TOKEN_SESSION";

  private final AdminRequest request;
  private final String userId;

  UserTokensResource(AdminRequest request, String userId) {
    this.request = request;
    this.userId = userId;
  }

  @GET
  @Path("families")
  public Response families(@QueryParam("first") Integer first, @QueryParam("max") Integer max) {
    UserModel user = request.user(userId);
    request.permissions().users().requireView(user);
    List<TokenFamily> newestFirst =
        request.fromRedis(() -> request.families().find(user.getId())).stream()
            .sorted(
                Comparator.comparing(TokenFamily::refreshed)
                    .reversed()
                    .thenComparing(TokenFamily::id))
            .toList();
    return Response.ok(
            AdminRequest.Page.of(first, max).in(newestFirst).stream()
                .map(family -> FamilyRepresentation.of(request, family))
                .toList())
        .build();
  }

  @DELETE
  @Path("families")
  public Response revokeAll() {
    UserModel user = managed();
    if (request.session().getContext().getUri().getPath().endsWith("/")) {
      // A script with an empty variable for the family id must not revoke all families.
      throw AdminRequest.notFound("No family is named");
    }
    return terminate(new RevocationTarget.User(user.getId()), FAMILIES);
  }

  /** The store may have no record of the family, if it was never refreshed; it is revoked, too. */
  @DELETE
  @Path("families/{family-id}")
  public Response revokeFamily(@PathParam("family-id") String familyId) {
    UserModel user = managed();
    String family = AdminRequest.valid(() -> AdminRequest.id("family-id", familyId));
    boolean isDelivered =
        isDelivered(new RevocationTarget.Families(user.getId(), List.of(family)), FAMILY);
    boolean isComplete =
        new RevokedFamily(request.session(), request.realm(), Reason.ADMINISTRATOR)
            .revokeDependents(user.getId(), family);
    return isDelivered && !isComplete ? AdminRequest.incomplete() : response(isDelivered);
  }

  @DELETE
  @Path("sessions/{session-id}")
  public Response terminateSession(@PathParam("session-id") String sessionId) {
    UserModel user = managed();
    String id = AdminRequest.valid(() -> AdminRequest.id("session-id", sessionId));
    if (!isOf(user, id)) {
      // No entry is written, because it would also cover a session of another realm.
      throw AdminRequest.notFound("The user has no such session");
    }
    return terminate(RevocationTarget.Sessions.of(user.getId(), id, SessionKind.BOTH), SESSION);
  }

  private UserModel managed() {
    UserModel user = request.user(userId);
    request.permissions().users().requireManage(user);
    request.blacklist();
    return user;
  }

  /** A terminated session is known by its families or its entry on the blacklist. */
  private boolean isOf(UserModel user, String sessionId) {
    KeycloakSession session = request.session();
    return Stream.of(
                session.sessions().getUserSession(request.realm(), sessionId),
                session.sessions().getOfflineUserSession(request.realm(), sessionId))
            .filter(Objects::nonNull)
            .anyMatch(it -> it.getUser() != null && it.getUser().getId().equals(user.getId()))
        || request.fromRedis(() -> request.families().find(user.getId())).stream()
            .anyMatch(family -> family.sessionId().equals(Optional.of(sessionId)))
        || request.fromRedis(() -> request.blacklist().find(onlyOf(sessionId))).isPresent();
  }

  private static TokenIdentity onlyOf(String sessionId) {
    return new TokenIdentity("", sessionId, "", 0);
  }

  private Response terminate(RevocationTarget target, String resourceType) {
    return response(isDelivered(target, resourceType));
  }

  private static Response response(boolean isDelivered) {
    return isDelivered ? Response.noContent().build() : AdminRequest.pending();
  }

  /** Terminates, and returns whether Redis has recorded it; otherwise it waits in the outbox. */
  private boolean isDelivered(RevocationTarget target, String resourceType) {
    boolean isDelivered =
        new SessionTerminator(request.session(), request.realm(), Reason.ADMINISTRATOR)
            .terminate(target);
    request.changed(resourceType, OperationType.DELETE);
    return isDelivered;
  }

  /**
   * A family as the admin REST API shows it. Address and device are those of the Keycloak session,
   * and missing without one: the store holds only hashes of them. Times are milliseconds since the
   * epoch, as in Keycloak's sessions.
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record FamilyRepresentation(
      String id,
      String state,
      @Nullable String clientId,
      @Nullable String clientUuid,
      @Nullable String sessionId,
      boolean offline,
      long generation,
      @Nullable Long created,
      long lastRefresh,
      @Nullable String ipAddress,
      @Nullable String browser,
      @Nullable String os,
      @Nullable String device) {

    private enum State {
      ACTIVE,
      REVOKED,
      SESSION_TERMINATED
    }

    static FamilyRepresentation of(AdminRequest request, TokenFamily family) {
      Optional<UserSessionModel> session = sessionOf(request, family);
      Optional<DeviceRepresentation> device = session.map(DeviceActivityManager::getCurrentDevice);
      return new FamilyRepresentation(
          family.id(),
          Setting.id(stateOf(family, session)),
          family
              .clientId()
              .map(id -> request.realm().getClientById(id))
              .map(ClientModel::getClientId)
              .orElse(null),
          family.clientId().orElse(null),
          family.sessionId().orElse(null),
          family.isOffline(),
          family.generation(),
          family.created().map(Instant::toEpochMilli).orElse(null),
          family.refreshed().toEpochMilli(),
          session.map(UserSessionModel::getIpAddress).orElse(null),
          device.map(DeviceRepresentation::getBrowser).orElse(null),
          device.map(FamilyRepresentation::os).orElse(null),
          device.map(DeviceRepresentation::getDevice).orElse(null));
    }

    private static Optional<UserSessionModel> sessionOf(AdminRequest request, TokenFamily family) {
      return family
          .sessionId()
          .map(
              id ->
                  family.isOffline()
                      ? request.session().sessions().getOfflineUserSession(request.realm(), id)
                      : request.session().sessions().getUserSession(request.realm(), id));
    }

    private static State stateOf(TokenFamily family, Optional<UserSessionModel> session) {
      if (family.isRevoked()) {
        return State.REVOKED;
      }
      boolean hasClientSession =
          session
              .map(it -> it.getAuthenticatedClientSessionByClient(family.clientId().orElse("")))
              .isPresent();
      return hasClientSession ? State.ACTIVE : State.SESSION_TERMINATED;
    }

    private static String os(DeviceRepresentation device) {
      String version = device.getOsVersion();
      return version == null || version.equals(DeviceRepresentation.UNKNOWN)
          ? device.getOs()
          : device.getOs() + " " + version;
    }
  }
}
