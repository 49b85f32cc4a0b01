package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.SuccessorToken;
import dev.tokenguard.rotation.TokenPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.representations.RefreshToken;

/**
 * What refresh tokens carry of their lineage. They are signed, and opaque to clients.
 *
 * <pre>
 * rtf   the family's id
 * rtg   the generation
 * rtb   the context that the family is bound to, only with bind-to
 * rta   the prefix of the id of the login's access token: by any token of the family that one can be
 *       named, also when the store has no record of the family
 * rti   when the newest token of the family was issued that the store has recorded; only in one that
 *       was issued without a record
 * </pre>
 *
 * <p>A token without {@code rtf} and {@code rtg} is generation 0 of the family named by its own
 * {@code jti}. The claim {@code prov} stays as Keycloak sets it: with the JAR taken out, tokens go
 * on working.
 */
public final class LineageClaims {

  private static final String FAMILY = "rtf";
  private static final String GENERATION = "rtg";
  private static final String BINDING = "rtb";
  private static final String LOGIN_PREFIX = "rta";
  private static final String RECORDED = "rti";

  private LineageClaims() {}

  /**
   * Empty when the claims are not ours; Keycloak has signed them, so that needs another software.
   */
  public static Optional<TokenPosition> placeOf(JsonWebToken token) {
    Object family = token.getOtherClaims().get(FAMILY);
    Object generation = token.getOtherClaims().get(GENERATION);
    try {
      if (family == null && generation == null) {
        return Optional.of(new TokenPosition(token.getId(), 0));
      }
      return family instanceof String id && generation instanceof Number number
          ? Optional.of(new TokenPosition(id, number.longValue()))
          : Optional.empty();
    } catch (IllegalArgumentException outOfRange) {
      return Optional.empty();
    }
  }

  /** Whether the token, or the login that it descends from, was issued under a policy. */
  public static boolean areIn(JsonWebToken token) {
    Map<String, Object> claims = token.getOtherClaims();
    return claims.containsKey(FAMILY)
        || claims.containsKey(GENERATION)
        || claims.containsKey(LOGIN_PREFIX);
  }

  public static Optional<RequestContext> bindingOf(RefreshToken token) {
    return RequestContext.fromClaim(token.getOtherClaims().get(BINDING));
  }

  /** Empty text when the token does not tell. */
  public static String loginPrefixOf(RefreshToken token) {
    return token.getOtherClaims().get(LOGIN_PREFIX) instanceof String prefix ? prefix : "";
  }

  /** Seconds since the epoch: its own {@code iat}, or that of the one that it stands for. */
  public static long recordedIssuedAt(RefreshToken token) {
    return token.getOtherClaims().get(RECORDED) instanceof Number second
        ? second.longValue()
        : token.getIat();
  }

  /**
   * Marks a token that the store does not record: by its own {@code iat} it would seem to be
   * younger than a family that was revoked and is no longer recorded.
   */
  public static void markUnrecorded(RefreshToken token, long recordedIssuedAt) {
    token.getOtherClaims().put(RECORDED, recordedIssuedAt);
  }

  /** Makes the token of a login the first of a family that knows all of its access tokens. */
  public static void begin(
      RefreshToken token, AccessToken accessToken, Optional<RequestContext> binding) {
    Map<String, Object> claims = token.getOtherClaims();
    claims.put(LOGIN_PREFIX, AccessTokenId.prefixOf(accessToken));
    binding.ifPresent(context -> claims.put(BINDING, context.toClaim()));
    AccessTokenId.set(accessToken, new TokenPosition(token.getId(), 0), 0);
  }

  /**
   * Puts a token and its access token at their place.
   *
   * @param loginPrefix as the presented token tells it
   */
  public static void continueAt(
      TokenPosition place,
      SuccessorToken child,
      String loginPrefix,
      RefreshToken token,
      AccessToken accessToken) {
    token.id(place.refreshTokenId());
    token.iat(child.issuedAt());
    accessToken.iat(Math.max(accessToken.getIat(), child.issuedAt()));
    if (child.expiresAt() > 0) {
      token.exp(child.expiresAt());
    }
    Map<String, Object> claims = token.getOtherClaims();
    claims.put(FAMILY, place.family());
    claims.put(GENERATION, place.generation());
    if (!loginPrefix.isEmpty()) {
      claims.put(LOGIN_PREFIX, loginPrefix);
    }
    child.binding().ifPresent(context -> claims.put(BINDING, context.toClaim()));
    AccessTokenId.set(accessToken, place, child.replay());
  }

  /**
   * Lets a token stay at the place of the presented one: it is a copy with a later expiry. So a
   * revocation of the family reaches it, and a policy that applies again goes on from there.
   */
  public static void keepAt(TokenPosition place, RefreshToken presented, RefreshToken token) {
    Map<String, Object> claims = token.getOtherClaims();
    claims.put(FAMILY, place.family());
    claims.put(GENERATION, place.generation());
    for (String each : List.of(LOGIN_PREFIX, BINDING)) {
      Object value = presented.getOtherClaims().get(each);
      if (value != null) {
        claims.put(each, value);
      }
    }
  }
}
