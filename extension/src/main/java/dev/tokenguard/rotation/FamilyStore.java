package dev.tokenguard.rotation;

import dev.tokenguard.revocation.Revocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Where families are remembered. {@link #begin}, {@link #rotate} and {@link #recordExchange} are
 * one atomic step each, for all nodes, and touch a bounded number of records however many families
 * the user has.
 *
 * <p>All methods throw {@link StoreUnavailableException} when the store cannot be asked or does not
 * answer in time; the step may then have been taken or not.
 */
public interface FamilyStore {

  /** How many marks and families one step of {@link #revoke} covers at most. */
  int REVOKED_PER_STEP = 500;

  /** How many families one login revokes at most, see {@link #begin}. */
  int CAPPED_PER_LOGIN = 64;

  /**
   * Remembers the family of a login, and revokes the oldest ones of the user at the client that are
   * more than the policy allows: at most {@link #CAPPED_PER_LOGIN}, the rest by the next logins. A
   * family that is not begun here begins at its first refresh. What is remembered already stays as
   * it is, so a login may be recorded twice; and what was revoked before stays so: the login then
   * begins a family that is revoked.
   *
   * <p>What is revoked here is remembered until its access tokens have expired, and not as long as
   * its refresh tokens: {@link #rotate} refuses these by the time at which they were issued.
   *
   * @param login what the login is answered with; generation 0, its refresh and access token being
   *     those of the child
   * @return the unexpired access tokens of the families that were revoked
   */
  List<AccessTokens> begin(RotationRequest login, RotationPolicy policy);

  /**
   * Decides what the presented token is worth and remembers the decision, by the store's clock.
   *
   * @param wasUnanswered whether an attempt to refresh the presented token got no answer, by the id
   *     of the attempt to which the newest child was granted last. It is asked at most once, before
   *     anything is decided, and only where the end of the grace period is all that makes a reuse
   *     of a replay. If so, the child is granted, and the grace period begins then
   */
  RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered);

  /**
   * Marks what is named as revoked. From then on {@link #rotate} refuses its tokens. Sessions,
   * clients and users are marked with a time, so this enumerates no families. More than {@link
   * #REVOKED_PER_STEP} are marked in several steps.
   *
   * @return the unexpired access tokens of the families named in it, where they are known
   */
  List<AccessTokens> revoke(Revocation revocation);

  /**
   * The same, and the families of the user as they are afterwards. A store may answer with both at
   * once.
   */
  default RevokedFamilies revokeAndFind(Revocation revocation) {
    return new RevokedFamilies(revoke(revocation), each -> find(revocation.userId(), each));
  }

  /**
   * @param accessTokens those that {@link #revoke} returns
   * @param families passes on each family as {@link #find} does; may ask the store
   */
  record RevokedFamilies(
      List<AccessTokens> accessTokens, Consumer<Consumer<TokenFamily>> families) {

    public RevokedFamilies {
      accessTokens = List.copyOf(accessTokens);
    }
  }

  /**
   * The families of a user that are still remembered, in no order, page by page. Not a snapshot:
   * one that begins meanwhile may be missing, and one may come twice.
   */
  void find(String userId, Consumer<TokenFamily> each);

  /** All at once, each once. */
  default List<TokenFamily> find(String userId) {
    Map<String, TokenFamily> found = new LinkedHashMap<>();
    find(userId, family -> found.put(family.id(), family));
    return List.copyOf(found.values());
  }

  /**
   * Counts an access token that was exchanged for one of a family, so that it can be named when the
   * family is revoked.
   *
   * @param tag of the subject token, see {@link TokenPosition#tag}
   * @param prefix what Keycloak puts before the id of the exchanged token, without the colon
   * @param expiresAt of the exchanged token, seconds since the epoch
   * @return its ordinal, for {@link TokenPosition#exchangedTokenId}
   */
  long recordExchange(String userId, String tag, String prefix, long expiresAt);

  /** The {@code jti} of what was exchanged under a tag and may be unexpired. */
  List<String> exchanged(String userId, String tag);
}
