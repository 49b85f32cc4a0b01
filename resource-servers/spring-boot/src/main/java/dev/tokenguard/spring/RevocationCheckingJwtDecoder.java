package dev.tokenguard.spring;

import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/** Checks what another decoder has validated. Beans are wrapped automatically. */
public final class RevocationCheckingJwtDecoder implements JwtDecoder {

  private final JwtDecoder decoder;
  private final RevocationCheck check;

  public RevocationCheckingJwtDecoder(JwtDecoder decoder, RevocationCheck check) {
    this.decoder = decoder;
    this.check = check;
  }

  @Override
  public Jwt decode(String token) {
    return check.check(validated(token));
  }

  private Jwt validated(String token) {
    try {
      return decoder.decode(token);
    } catch (JwtValidationException invalid) {
      throw InvalidToken.uniform(invalid);
    }
  }
}
