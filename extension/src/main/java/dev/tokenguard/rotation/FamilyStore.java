package dev.tokenguard.rotation;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The store of families, for all nodes. {@link #begin}, {@link #rotate} and {@link #recordExchange}
 * are one atomic step each, and use a bounded number of records for any number of families.
 *
 * <p>All methods throw {@link StoreUnavailableException} if the store is not reachable or does not
 * answer in time; it may then have executed the step.
 */
public interface FamilyStore {

  /** The largest number of marks in one step of {@link #revoke}. */
  int REVOKED_PER_STEP = 500;

  /** The largest number of families that one login revokes, see {@link #begin}. */
  int CAPPED_PER_LOGIN = 64;

  /**
   * Records the family of a login, and revokes the oldest families of the user at the client beyond
   * the limit of the policy: at most {@link #CAPPED_PER_LOGIN}, and the rest at the next logins.
   * Idempotent: an existing record stays, and a revoked family stays revoked. A family without this
   * step begins at its first refresh.
   *
   * <p>The record of a family that was revoked here expires with its access tokens, earlier than
   * its refresh tokens: {@link #rotate} refuses these by their time of issue.
   *
   * @param login generation 0, with the tokens of the response as the successor
   * @return the unexpired access tokens of the families that were revoked
   */
  List<AccessTokens> begin(RotationRequest login, RotationPolicy policy);

  /**
   * Decides about the presented token and records the decision, by the clock of the store.
   *
   * @param isUnacknowledged whether an attempt to refresh the presented token got no response. Its
   *     argument is the id of the attempt that got the newest successor last. Called at most once,
   *     before the decision, and only if the replay is a reuse for no other reason than the end of
   *     the grace period. If true, the successor is granted, and its grace period begins
   */
  RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> isUnacknowledged);

  /**
   * Records the marks of a revocation. From then on {@link #rotate} refuses the tokens that they
   * cover. Marks of sessions, clients and users have a time, so no families are enumerated. More
   * than {@link #REVOKED_PER_STEP} marks take several steps.
   *
   * @return the unexpired access tokens of the families whose ids are marked, if they have a record
   */
  List<AccessTokens> revoke(Revocation revocation);

  /**
   * Records the marks of a revocation, and finds the families of the user afterwards. A store can
   * do both in one round trip.
   */
  default RevokedFamilies revokeAndFind(Revocation revocation) {
    return new RevokedFamilies(revoke(revocation), each -> find(revocation.userId(), each));
  }

  /**
   * The result of {@link #revokeAndFind}.
   *
   * @param accessTokens the result of {@link #revoke}
   * @param families passes on each family, like {@link #find}; can call the store
   */
  record RevokedFamilies(
      List<AccessTokens> accessTokens, Consumer<Consumer<TokenFamily>> families) {

    public RevokedFamilies {
      accessTokens = List.copyOf(accessTokens);
    }
  }

  /**
   * The recorded families of a user, without order, page by page. Not a snapshot: a family that
   * begins meanwhile may be missing, and a family may occur twice.
   */
  void find(String userId, Consumer<TokenFamily> each);

  /** The recorded families of a user, each once. */
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

  /** The {@code jti} of the tokens that were exchanged under a tag and may be unexpired. */
  List<String> exchanged(String userId, String tag);
}
