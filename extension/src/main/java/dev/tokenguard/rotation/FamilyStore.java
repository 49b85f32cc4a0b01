package dev.tokenguard.rotation;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Where families are remembered. {@link #begin}, {@link #rotate} and {@link #revoke} are one atomic
 * step each, for all nodes.
 *
 * <p>All methods throw {@link StoreUnavailableException} when the store cannot be asked or does not
 * answer in time; the step may then have been taken or not.
 */
public interface FamilyStore {

  /**
   * Remembers the family of a login, and ends the oldest ones of the user at the client that are
   * more than the policy allows. A family that is not begun here begins at its first refresh. What
   * is remembered already stays as it is, so a login may be told twice; and what was revoked before
   * stays so: the login then begins a family that is dead.
   *
   * @param login what the login is answered with; generation 0, its refresh and access token being
   *     those of the child
   * @return the unexpired access tokens of the families that ended
   */
  List<AccessTokens> begin(RotationRequest login, RotationPolicy policy);

  /**
   * Decides what the presented token is worth and remembers the decision, by the store's clock.
   *
   * @param wasUnanswered whether the client was never given the child that it asks for. It is asked
   *     at most once, before anything is decided, and only where the end of the grace period or the
   *     number of replays is all that makes a reuse of a replay. If so, the child is given, and the
   *     grace period begins then
   */
  RotationOutcome rotate(
      RotationRequest request, RotationPolicy policy, BooleanSupplier wasUnanswered);

  /**
   * Marks what is named as revoked. From then on {@link #rotate} refuses its tokens.
   *
   * @return the unexpired access tokens of the families named in it, where they are known
   */
  List<AccessTokens> revoke(Revocation revocation);

  /**
   * The families of a user that are still remembered, in no order. Not a snapshot: one that begins
   * meanwhile may be missing.
   */
  List<TokenFamily> find(String userId);
}
