package dev.tokenguard.example;

import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.jwt.consumer.Validator;

/**
 * Refuses a token that is bound to a certificate or a key: this API verifies neither, so a thief
 * could present it as a bearer token.
 */
@Unremovable
@ApplicationScoped
public class BearerTokensOnly implements Validator {

  /** By the contract of jose4j, null is for a valid token. */
  @Override
  @SuppressWarnings("NullAway")
  public String validate(JwtContext token) {
    return token.getJwtClaims().hasClaim("cnf") ? "The token is bound to a key" : null;
  }
}
