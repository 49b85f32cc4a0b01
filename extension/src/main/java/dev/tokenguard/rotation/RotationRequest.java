package dev.tokenguard.rotation;

import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

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
 * @param attempt which HTTP request this is
 * @param usableUntil until when the presented token may be used at all, by its own {@code iat} and
 *     the idle time of its session, seconds since the epoch; 0 when it has no such bound. Without a
 *     record it is not adopted later
 * @param presentedIssuedAt the presented token's own {@code iat}, seconds since the epoch; where
 *     the store was not asked when it was issued, that of the newest token of its lineage at which
 *     it was. Without a record it tells whether the token can be of a family that was revoked
 *     because there were too many
 * @param issuesRefreshToken false where the client is given no refresh token: the store then
 *     decides and does not go on in the lineage
 * @param parentTag the tag of the access token for which this family began by token exchange
 */
public record RotationRequest(
    String userId,
    TokenPosition presented,
    Session session,
    ProposedChild child,
    AccessToken accessToken,
    RequestContext context,
    Optional<RequestContext> binding,
    Attempt attempt,
    long usableUntil,
    long presentedIssuedAt,
    boolean issuesRefreshToken,
    Optional<String> parentTag) {

  /**
   * One HTTP request, by whose answer the client gets its child or does not.
   *
   * @param id drawn anew for each HTTP request: four characters of Base64url; empty when the
   *     request shall never be excused
   * @param age how long ago the request reached this node, by a monotonic clock; zero when unknown
   */
  public record Attempt(String id, Duration age) {

    private static final int RANDOM_BYTES = 3;

    /** The longest age that counts, so that a wrong clock does not stretch the grace period. */
    public static final Duration MAX_AGE = Duration.ofSeconds(30);

    public Attempt {
      if (age.isNegative() || age.compareTo(MAX_AGE) > 0) {
        age = age.isNegative() ? Duration.ZERO : MAX_AGE;
      }
    }

    /** A new one. */
    public static Attempt aged(Duration age) {
      byte[] random = new byte[RANDOM_BYTES];
      ThreadLocalRandom.current().nextBytes(random);
      return new Attempt(Base64.getUrlEncoder().withoutPadding().encodeToString(random), age);
    }
  }

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
   * @param revokedRetainUntil until when it must be remembered once it is revoked: until its
   *     session can no longer live, where that has a bound. Not before {@code retainUntil}
   */
  public record ProposedChild(
      long issuedAt, long expiresAt, long retainUntil, long revokedRetainUntil) {}

  /**
   * @param expiresAt seconds since the epoch
   * @param prefix what Keycloak puts before the id, without the colon
   * @param loginPrefix the same for the access token of the login; empty when not known
   */
  public record AccessToken(long expiresAt, String prefix, String loginPrefix) {}
}
