package dev.tokenguard.checker;

import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unidentified;
import dev.tokenguard.checker.Verdict.Unknown;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Checks in Redis whether a valid access token is revoked.
 *
 * <pre>
 * tg:at:&lt;jti&gt;   reason             the token is revoked
 * tg:sid:&lt;sid&gt;  second and reason  tokens of the session issued up to this second are revoked
 * tg:sub:&lt;sub&gt;  second             tokens of the user issued before this second are revoked
 * </pre>
 *
 * <p>The keys contain the ids as the token does. One {@link Lookup} reads the keys of the claims
 * that the token has. If several exist, the narrowest one applies.
 *
 * <p>A token is also revoked if a cut-off is not a number, or if there is one and the token has no
 * {@code iat}.
 *
 * <p>Immutable, and thread-safe if the {@link Lookup} is.
 */
public final class RevocationChecker {

  /**
   * The round trip to Redis, by the Redis client of the application.
   *
   * <p>Use {@code MGET}. On a Cluster the keys are in several slots: use one pipeline with a {@code
   * GET} for each. The values are then not read at the same time, which is correct because a
   * revocation never deletes a key.
   *
   * <p>Set the time-outs of the client shorter than the application can wait.
   */
  @FunctionalInterface
  public interface Lookup {

    /**
     * Reads one to three keys.
     *
     * @param keys no null, and no duplicates
     * @return the value of each key in the same order; null for a key that does not exist
     * @throws Exception if Redis is not reachable or does not answer in time
     */
    List<String> get(List<String> keys) throws Exception;
  }

  /** The result for a token while Redis is unavailable. There is no default. */
  public enum WhenUnavailable {
    /** The token is accepted until it expires, even if it is revoked. */
    ACCEPT,
    /** The token is refused. Respond with 503 and not with 401: the token may be valid. */
    REFUSE
  }

  private static final String DEFAULT_PREFIX = "tg:";

  /** A number of seconds that fits into a long. */
  private static final Pattern SECOND = Pattern.compile("[0-9]{1,18}");

  private final Lookup lookup;
  private final WhenUnavailable choice;
  private final String prefix;

  private RevocationChecker(Lookup lookup, WhenUnavailable choice, String prefix) {
    this.lookup = lookup;
    this.choice = choice;
    this.prefix = prefix;
  }

  public static RevocationChecker of(Lookup lookup, WhenUnavailable choice) {
    return new RevocationChecker(lookup, choice, DEFAULT_PREFIX);
  }

  /**
   * A checker for keys with another prefix.
   *
   * @param keyPrefix the setting {@code key-prefix} of the connection in Keycloak
   */
  public RevocationChecker withPrefix(String keyPrefix) {
    return new RevocationChecker(lookup, choice, keyPrefix);
  }

  /**
   * Checks a token whose signature, issuer, audience and expiry have been validated. Does not throw
   * if Redis is unavailable: see {@link Unknown}.
   */
  public Verdict check(TokenClaims claims) {
    Map<Scope, String> keys = keysOf(claims);
    if (keys.isEmpty()) {
      return new Unidentified();
    }
    try {
      List<String> values = lookup.get(List.copyOf(keys.values()));
      if (values.size() != keys.size()) {
        throw new IllegalStateException(keys.size() + " keys, " + values.size() + " values");
      }
      return verdict(List.copyOf(keys.keySet()), values, claims);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Unknown(choice, stopped);
    } catch (Exception failed) {
      return new Unknown(choice, failed);
    }
  }

  /** A key for each id in the token, the narrowest scope first. */
  private Map<Scope, String> keysOf(TokenClaims claims) {
    Map<Scope, String> keys = new EnumMap<>(Scope.class);
    claims.tokenId().ifPresent(id -> keys.put(Scope.TOKEN, prefix + "at:" + id));
    claims.sessionId().ifPresent(id -> keys.put(Scope.SESSION, prefix + "sid:" + id));
    claims.subject().ifPresent(id -> keys.put(Scope.USER, prefix + "sub:" + id));
    return keys;
  }

  private static Verdict verdict(List<Scope> scopes, List<String> values, TokenClaims claims) {
    for (int index = 0; index < scopes.size(); index++) {
      Scope scope = scopes.get(index);
      String value = values.get(index);
      if (value != null && isRevoked(scope, value, claims)) {
        return new Revoked(scope, scope == Scope.SESSION ? reasonIn(value) : value);
      }
    }
    return new Active();
  }

  private static boolean isRevoked(Scope scope, String value, TokenClaims claims) {
    return switch (scope) {
      case TOKEN -> true;
      case SESSION -> isIssuedUpTo(secondIn(value), claims);
      case USER -> isIssuedUpTo(before(value), claims);
    };
  }

  private static boolean isIssuedUpTo(OptionalLong second, TokenClaims claims) {
    boolean isComparable = second.isPresent() && claims.issuedAt().isPresent();
    return !isComparable || claims.issuedAt().getAsLong() <= second.getAsLong();
  }

  private static OptionalLong before(String value) {
    OptionalLong cutOff = secondOf(value);
    return cutOff.isPresent() ? OptionalLong.of(cutOff.getAsLong() - 1) : cutOff;
  }

  /** The cut-off of a session is followed by a space. */
  private static OptionalLong secondIn(String value) {
    int space = value.indexOf(' ');
    return secondOf(space < 0 ? value : value.substring(0, space));
  }

  private static OptionalLong secondOf(String text) {
    return SECOND.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private static String reasonIn(String value) {
    return value.substring(value.indexOf(' ') + 1);
  }
}
