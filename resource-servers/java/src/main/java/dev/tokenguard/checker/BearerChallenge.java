package dev.tokenguard.checker;

import java.util.regex.Pattern;

/**
 * Values of the header {@code WWW-Authenticate} for responses with status 401 (RFC 6750, section
 * 3).
 *
 * <p>A client refreshes its token and retries after "expired". It can also do so after "revoked":
 * the token endpoint refuses the refresh if the session is terminated.
 */
public final class BearerChallenge {

  /** Visible ASCII and spaces, because a line break would begin another header. */
  private static final Pattern ONE_LINE = Pattern.compile("[ -~]*");

  /** RFC 6750, section 3: neither quotes nor backslashes, not even escaped ones. */
  private static final Pattern NOT_IN_A_DESCRIPTION = Pattern.compile("[^ !#-\\[\\]-~]");

  private final String scheme;

  private BearerChallenge(String scheme) {
    this.scheme = scheme;
  }

  /**
   * Challenges for a realm, a name that the resource server chooses.
   *
   * @throws IllegalArgumentException if the name has other characters than printable ASCII
   */
  public static BearerChallenge ofRealm(String realm) {
    if (!ONE_LINE.matcher(realm).matches()) {
      throw new IllegalArgumentException("not printable ASCII: the realm of a challenge");
    }
    // RFC 9110, section 5.6.4: in a quoted text, both are escaped.
    String escaped = realm.replace("\\", "\\\\").replace("\"", "\\\"");
    return new BearerChallenge("Bearer realm=\"" + escaped + "\"");
  }

  /** For a request without a token: no error code (RFC 6750, section 3.1, last paragraph). */
  public String missing() {
    return scheme;
  }

  public String expired() {
    return invalidToken("The access token expired");
  }

  /** Also for a revoked session or user; the scope is not revealed to the client. */
  public String revoked() {
    return invalidToken("The access token was revoked");
  }

  /**
   * For a token that is not valid for another reason.
   *
   * @param description for the developer of the client; characters that RFC 6750 does not allow are
   *     replaced by a question mark
   */
  public String invalidToken(String description) {
    String allowed = NOT_IN_A_DESCRIPTION.matcher(description).replaceAll("?");
    return scheme + ", error=\"invalid_token\", error_description=\"" + allowed + "\"";
  }
}
