package dev.tokenguard.rotation;

import java.util.Optional;

/**
 * A refresh token that passed all of Keycloak's own checks and asks for its child.
 *
 * <p>A login is described alike, as if its token had asked for itself.
 *
 * @param userId the user's id in Keycloak; all state of a user lies together
 * @param presented the place of the presented token
 * @param session the session that the token belongs to
 * @param child the child as Keycloak would issue it now
 * @param accessToken the access token that goes with it
 * @param context where the request comes from
 * @param binding the context that the presented token says its family is bound to
 */
public record RotationRequest(
    String userId,
    Place presented,
    Session session,
    ProposedChild child,
    AccessToken accessToken,
    RequestContext context,
    Optional<RequestContext> binding) {

  /**
   * @param id the user session's id, the claim {@code sid}
   * @param started when the user logged in, seconds since the epoch
   * @param clientId the client's internal id
   * @param clientStarted when the user came to this client in this session, seconds since the epoch
   * @param isOffline whether it is an offline session
   */
  public record Session(
      String id, long started, String clientId, long clientStarted, boolean isOffline) {}

  /**
   * @param issuedAt seconds since the epoch
   * @param expiresAt seconds since the epoch; 0 when the token has no {@code exp}
   * @param retainUntil until when the family must be remembered, seconds since the epoch; not
   *     before {@code expiresAt}
   */
  public record ProposedChild(long issuedAt, long expiresAt, long retainUntil) {}

  /**
   * @param expiresAt seconds since the epoch
   * @param prefix what Keycloak puts before the id, without the colon
   * @param loginPrefix the same for the access token of the login; empty when not known
   */
  public record AccessToken(long expiresAt, String prefix, String loginPrefix) {}
}
