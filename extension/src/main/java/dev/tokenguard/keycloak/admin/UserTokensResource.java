package dev.tokenguard.keycloak.admin;

import dev.tokenguard.keycloak.session.RevokedFamily;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.session.TerminationTarget;
import dev.tokenguard.revocation.Blacklist.TokenIdentity;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.Revocation.SessionKind;
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
 * The token families and sessions of one user. TerminationTarget what has ended already is a
 * success.
 */
@Produces(MediaType.APPLICATION_JSON)
public final class UserTokensResource {

  /** Names that Keycloak does not have, so that nobody takes the event for one of Keycloak's. */
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
        request.asked(() -> request.families().find(user.getId())).stream()
            .sorted(
                Comparator.comparing(TokenFamily::refreshed)
                    .reversed()
                    .thenComparing(TokenFamily::id))
            .toList();
    return Response.ok(
            Page.of(first, max).in(newestFirst).stream()
                .map(family -> FamilyRepresentation.of(request, family))
                .toList())
        .build();
  }

  @DELETE
  @Path("families")
  public Response endAll() {
    UserModel user = managed();
    if (request.session().getContext().getUri().getPath().endsWith("/")) {
      // A script whose variable for the family is empty does not mean all of them.
      throw Problem.notFound("No family is named");
    }
    return end(new TerminationTarget.OfUser(user.getId(), List.of(), Optional.empty()), FAMILIES);
  }

  /** Of a family that was never refreshed the store knows nothing; it is refused all the same. */
  @DELETE
  @Path("families/{family-id}")
  public Response endFamily(@PathParam("family-id") String familyId) {
    UserModel user = managed();
    String family = IdValidator.checked("family-id", familyId);
    Response response = end(new TerminationTarget.OfFamily(user.getId(), family), FAMILY);
    new RevokedFamily(request.session(), request.realm(), Reason.ADMINISTRATOR)
        .revokeDependents(user.getId(), family);
    return response;
  }

  @DELETE
  @Path("sessions/{session-id}")
  public Response endSession(@PathParam("session-id") String sessionId) {
    UserModel user = managed();
    String id = IdValidator.checked("session-id", sessionId);
    if (!isOf(user, id)) {
      // Nothing is written for it: the blacklist would also hit a session of another realm.
      throw Problem.notFound("The user has no such session");
    }
    return end(new TerminationTarget.OfSession(user.getId(), id, SessionKind.BOTH), SESSION);
  }

  private UserModel managed() {
    UserModel user = request.user(userId);
    request.permissions().users().requireManage(user);
    request.blacklist();
    return user;
  }

  /** Has or had: of a session that has ended, its families or its revocation are still known. */
  private boolean isOf(UserModel user, String sessionId) {
    KeycloakSession session = request.session();
    return Stream.of(
                session.sessions().getUserSession(request.realm(), sessionId),
                session.sessions().getOfflineUserSession(request.realm(), sessionId))
            .filter(Objects::nonNull)
            .anyMatch(it -> it.getUser() != null && it.getUser().getId().equals(user.getId()))
        || request.asked(() -> request.families().find(user.getId())).stream()
            .anyMatch(family -> family.sessionId().equals(Optional.of(sessionId)))
        || request.asked(() -> request.blacklist().find(onlyOf(sessionId))).isPresent();
  }

  private static TokenIdentity onlyOf(String sessionId) {
    return new TokenIdentity("", sessionId, "", 0);
  }

  private Response end(TerminationTarget target, String resourceType) {
    boolean isTold =
        new SessionTerminator(request.session(), request.realm(), Reason.ADMINISTRATOR)
            .terminate(target);
    request.changed(resourceType, OperationType.DELETE);
    return isTold ? Response.noContent().build() : Problem.isKept();
  }
}
