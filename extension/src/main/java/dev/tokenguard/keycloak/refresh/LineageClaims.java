package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TokenPosition;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.representations.RefreshToken;

/**
 * The claims of refresh tokens for their lineage. The tokens are signed, and opaque to clients.
 *
 * <pre>
 * rtf   the id of the family
 * rtg   the generation
 * rtb   the context to which the family is bound; only with bind-to
 * rtk   the thumbprint of the key with which the login was made; only with a policy that uses it,
 *       and if neither Keycloak binds the token nor the client authenticates with a key
 * rta   the prefix of the id of the login's access token, so that this id can be derived without a
 *       record of the family
 * rti   the iat of the family's newest token that the store has recorded; only in a token that it
 *       has not recorded
 * </pre>
 *
 * <p>A token without {@code rtf} and {@code rtg} is generation 0 of the family whose id is its own
 * {@code jti}. The claim {@code prov} stays as Keycloak sets it, so tokens stay valid after the JAR
 * is removed.
 *
 * <p>The {@code jti} of an access token is six letters for the kind of session, token and grant, a
 * colon, and a random id. The latter is replaced by one that is derived from the position; Keycloak
 * reads the letters only.
 */
public final class LineageClaims {

  private static final String FAMILY = "rtf";
  private static final String GENERATION = "rtg";
  private static final String BINDING = "rtb";
  private static final String KEY = "rtk";
  private static final String LOGIN_PREFIX = "rta";
  private static final String RECORDED = "rti";

  private static final char SEPARATOR = ':';

  private LineageClaims() {}

  /**
   * The position of a token. Empty if its claims have other types, which needs another extension
   * that sets claims of these names.
   */
  public static Optional<TokenPosition> positionOf(JsonWebToken token) {
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
    return Optional.ofNullable(token.getOtherClaims().get(BINDING))
        .flatMap(RequestContext::fromClaim);
  }

  /** The key of the login. */
  static Optional<String> keyOf(RefreshToken token) {
    return token.getOtherClaims().get(KEY) instanceof String key
        ? Optional.of(key)
        : Optional.empty();
  }

  /** Empty if the token has no such claim. */
  public static String loginPrefixOf(RefreshToken token) {
    return token.getOtherClaims().get(LOGIN_PREFIX) instanceof String prefix ? prefix : "";
  }

  /** The {@code iat} of the newest recorded token, by default its own; seconds since the epoch. */
  public static long recordedIssuedAt(RefreshToken token) {
    return token.getOtherClaims().get(RECORDED) instanceof Number second
        ? second.longValue()
        : token.getIat();
  }

  /**
   * Marks a token that the store has not recorded. By its own {@code iat} it would be newer than
   * the revocation of its family, of which the store may no longer have a record.
   */
  public static void markUnrecorded(RefreshToken token, long recordedIssuedAt) {
    token.getOtherClaims().put(RECORDED, recordedIssuedAt);
  }

  /** Prepares the tokens of a login, so that the ids of all access tokens can be derived. */
  public static void begin(
      RefreshToken token,
      AccessToken accessToken,
      Optional<RequestContext> binding,
      Optional<String> key) {
    Map<String, Object> claims = token.getOtherClaims();
    claims.put(LOGIN_PREFIX, accessTokenPrefix(accessToken));
    key.ifPresent(it -> claims.put(KEY, it));
    binding.ifPresent(context -> claims.put(BINDING, context.toClaim()));
    deriveId(accessToken, new TokenPosition(token.getId(), 0), 0);
  }

  /**
   * Sets the position of a token and its access token.
   *
   * @param presented from which the claims of the login are copied
   */
  public static void continueAt(
      TokenPosition position,
      SuccessorToken successor,
      RefreshToken presented,
      RefreshToken token,
      AccessToken accessToken) {
    token.id(position.refreshTokenId());
    token.iat(successor.issuedAt());
    accessToken.iat(Math.max(accessToken.getIat(), successor.issuedAt()));
    if (successor.expiresAt() > 0) {
      token.exp(successor.expiresAt());
    }
    Map<String, Object> claims = token.getOtherClaims();
    claims.put(FAMILY, position.family());
    claims.put(GENERATION, position.generation());
    copy(presented, token, LOGIN_PREFIX, KEY);
    successor.binding().ifPresent(context -> claims.put(BINDING, context.toClaim()));
    deriveId(accessToken, position, successor.replay());
  }

  /**
   * Sets the position of the presented token: the new one is a copy with a later expiry. So a
   * revocation of the family covers it, and a later refresh with a policy continues the lineage.
   */
  public static void keepAt(TokenPosition position, RefreshToken presented, RefreshToken token) {
    Map<String, Object> claims = token.getOtherClaims();
    claims.put(FAMILY, position.family());
    claims.put(GENERATION, position.generation());
    copy(presented, token, LOGIN_PREFIX, KEY, BINDING);
  }

  /**
   * Makes the token of a response the presented one, which is not rotated.
   *
   * @param replay the number of the refresh, from which the id of the access token is derived
   */
  public static void repeat(
      TokenPosition position,
      OptionalLong replay,
      RefreshToken presented,
      RefreshToken token,
      AccessToken accessToken) {
    token.id(presented.getId());
    token.iat(presented.getIat());
    token.exp(presented.getExp());
    token.setConfirmation(presented.getConfirmation());
    token.getOtherClaims().putAll(presented.getOtherClaims());
    replay.ifPresent(it -> deriveId(accessToken, position, it));
  }

  private static void copy(RefreshToken from, RefreshToken to, String... names) {
    for (String name : names) {
      Object value = from.getOtherClaims().get(name);
      if (value != null) {
        to.getOtherClaims().put(name, value);
      }
    }
  }

  /** The six letters of the id of an access token; empty for a token without them. */
  static String accessTokenPrefix(AccessToken token) {
    int separator = token.getId().indexOf(SEPARATOR);
    return separator < 0 ? "" : token.getId().substring(0, separator);
  }

  private static void deriveId(AccessToken token, TokenPosition position, long replay) {
    String prefix = accessTokenPrefix(token);
    if (!prefix.isEmpty()) {
      token.id(prefix + SEPARATOR + position.accessTokenId(replay));
    }
  }
}
