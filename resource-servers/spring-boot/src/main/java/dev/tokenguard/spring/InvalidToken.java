package dev.tokenguard.spring;

import java.util.List;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Spring Security responds to these with 401 and {@code invalid_token} (RFC 6750, section 3.1); the
 * message becomes the description in the challenge.
 */
final class InvalidToken {

  /** The beginning of the description by Spring Security's JwtTimestampValidator. */
  private static final String EXPIRED_IN_SPRING_SECURITY = "Jwt expired at ";

  private InvalidToken() {}

  static JwtValidationException expired() {
    return because("The access token expired");
  }

  /** Does not reveal the scope and the reason to the client. */
  static JwtValidationException revoked() {
    return because("The access token was revoked");
  }

  static JwtValidationException notValid() {
    return because("The access token is not valid");
  }

  /** The same description for all expired tokens: within the clock skew, and after it. */
  static JwtValidationException uniform(JwtValidationException failure) {
    boolean isOnlyExpired =
        failure.getErrors().stream()
            .map(OAuth2Error::getDescription)
            .allMatch(text -> text != null && text.startsWith(EXPIRED_IN_SPRING_SECURITY));
    return isOnlyExpired ? expired() : failure;
  }

  private static JwtValidationException because(String description) {
    return new JwtValidationException(
        description, List.of(new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, description, null)));
  }
}
