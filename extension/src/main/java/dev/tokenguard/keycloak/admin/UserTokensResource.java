package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.session.RevokedFamily;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.revocation.Reason;
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
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;

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
            RequestParameters.Page.of(first, max).in(newestFirst).stream()
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
      throw Problem.notFound("No family is named");
    }
    return terminate(new RevocationTarget.User(user.getId()), FAMILIES);
  }

  /** The store may have no record of the family, if it was never refreshed; it is revoked, too. */
  @DELETE
  @Path("families/{family-id}")
  public Response revokeFamily(@PathParam("family-id") String familyId) {
    UserModel user = managed();
    String family = AdminRequest.valid(() -> RequestParameters.id("family-id", familyId));
    Response response =
        terminate(new RevocationTarget.Families(user.getId(), List.of(family)), FAMILY);
    new RevokedFamily(request.session(), request.realm(), Reason.ADMINISTRATOR)
        .revokeDependents(user.getId(), family);
    return response;
  }

  @DELETE
  @Path("sessions/{session-id}")
  public Response terminateSession(@PathParam("session-id") String sessionId) {
    UserModel user = managed();
    String id = AdminRequest.valid(() -> RequestParameters.id("session-id", sessionId));
    if (!isOf(user, id)) {
      // No entry is written, because it would also cover a session of another realm.
      throw Problem.notFound("The user has no such session");
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
    boolean isDelivered =
        new SessionTerminator(request.session(), request.realm(), Reason.ADMINISTRATOR)
            .terminate(target);
    request.changed(resourceType, OperationType.DELETE);
    return isDelivered ? Response.noContent().build() : Problem.pending();
  }
}
