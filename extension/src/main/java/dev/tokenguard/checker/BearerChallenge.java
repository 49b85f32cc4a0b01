package dev.tokenguard.checker;

import java.util.regex.Pattern;

/**
 * Values of the header {@code WWW-Authenticate} for answers with status 401 (RFC 6750, section 3).
 *
 * <p>A client that reads "expired" refreshes and tries again. One that reads "revoked" may as well
 * try: it learns from the token endpoint whether its session is over.
 */
public final class BearerChallenge {

  /** Visible ASCII and spaces; a line break would begin a header of its own. */
  private static final Pattern ONE_LINE = Pattern.compile("[ -~]*");

  /** RFC 6750, section 3: neither quotes nor backslashes, not even escaped ones. */
  private static final Pattern NOT_IN_A_DESCRIPTION = Pattern.compile("[^ !#-\\[\\]-~]");

  private final String scheme;

  private BearerChallenge(String scheme) {
    this.scheme = scheme;
  }

  /**
   * Challenges for one realm: a name for people, of the resource server's choice.
   *
   * @throws IllegalArgumentException when the name has other characters than printable ASCII
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

  /** Also for a session or a user that was revoked: which, is not the client's business. */
  public String revoked() {
    return invalidToken("The access token was revoked");
  }

  /**
   * For whatever else is wrong with a token.
   *
   * @param description for the developer of the client; what RFC 6750 does not allow is shown as a
   *     question mark
   */
  public String invalidToken(String description) {
    String allowed = NOT_IN_A_DESCRIPTION.matcher(description).replaceAll("?");
    return scheme + ", error=\"invalid_token\", error_description=\"" + allowed + "\"";
  }
}
