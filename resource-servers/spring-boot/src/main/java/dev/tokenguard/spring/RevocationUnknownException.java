package dev.tokenguard.spring;

/**
 * Redis is unavailable, so it is not known whether the token is revoked. The response is 503.
 *
 * <p>Neither a {@code JwtException} nor an {@code AuthenticationException}: handlers of those would
 * respond with 401, and the client would discard a valid token.
 */
public final class RevocationUnknownException extends RuntimeException {

  private static final long serialVersionUID = 1;

  RevocationUnknownException(Throwable cause) {
    super("Redis is unavailable, so it is not known whether the access token is revoked", cause);
  }
}
