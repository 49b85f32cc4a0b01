package dev.tokenguard.checker;

import dev.tokenguard.checker.Verdict.Alive;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unidentified;
import dev.tokenguard.checker.Verdict.Unknown;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Asks Redis whether a valid access token was revoked.
 *
 * <pre>
 * tg:at:&lt;jti&gt;   a reason           this token is revoked
 * tg:sid:&lt;sid&gt;  second and reason  what was issued in the session up to that second is revoked
 * tg:sub:&lt;sub&gt;  second             what was issued before that second is revoked
 * </pre>
 *
 * <p>Ids stand in the keys as they are in the token. Only the keys of claims that the token has are
 * asked for, all in one {@link Lookup}. When several are found, the narrowest counts.
 *
 * <p>In doubt, a token is revoked: when a cut-off is not a number, or when there is one and the
 * token has no {@code iat}.
 *
 * <p>Immutable; as safe for many threads as the {@link Lookup} is.
 */
public final class RevocationChecker {

  private static final String DEFAULT_PREFIX = "tg:";

  /** Seconds that a long can hold. */
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
   * The same for keys that begin otherwise.
   *
   * @param keyPrefix the setting {@code key-prefix} of the connection in Keycloak
   */
  public RevocationChecker withPrefix(String keyPrefix) {
    return new RevocationChecker(lookup, choice, keyPrefix);
  }

  /**
   * Gives the verdict on a token whose signature, issuer, audience and expiry have been checked.
   * Never throws because of Redis: see {@link Unknown}.
   */
  public Verdict check(TokenClaims claims) {
    Map<Scope, String> keys = ContractKeys.of(prefix, claims);
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

  private static Verdict verdict(List<Scope> scopes, List<String> values, TokenClaims claims) {
    for (int index = 0; index < scopes.size(); index++) {
      Scope scope = scopes.get(index);
      String value = values.get(index);
      if (value != null && isRevoked(scope, value, claims)) {
        return new Revoked(scope, scope == Scope.SESSION ? reasonIn(value) : value);
      }
    }
    return new Alive();
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

  /** A session's cut-off stands before a space. */
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
