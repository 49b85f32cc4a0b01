package dev.tokenguard.keycloak.policy;

import dev.tokenguard.rotation.RotationPolicy;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;

/** The policy of the current request. The executor sets it, the providers read it. */
public final class EffectivePolicy {

  private static final String ATTRIBUTE = EffectivePolicy.class.getName();

  private EffectivePolicy() {}

  /** If two policies match a client, the last one in the realm's list counts. */
  static void set(KeycloakSession session, RotationPolicy policy) {
    session.setAttribute(ATTRIBUTE, policy);
  }

  /** Empty when no policy with the executor matches the client. */
  public static Optional<RotationPolicy> of(KeycloakSession session) {
    return Optional.ofNullable(session.getAttribute(ATTRIBUTE, RotationPolicy.class));
  }
}
