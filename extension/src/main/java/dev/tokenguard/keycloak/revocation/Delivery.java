package dev.tokenguard.keycloak.revocation;

import java.util.List;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Something that is committed in Keycloak and to be recorded in Redis. It concerns what began
 * before a time only, so it may be delivered twice, and late.
 */
interface Delivery {

  /**
   * @throws RuntimeException when it is not delivered, for whatever reason; it is then tried again
   */
  void deliver(KeycloakSessionFactory factory);

  /** The same for the next tries, when what has begun meanwhile is not meant. */
  default Delivery again() {
    return this;
  }

  /** Until when it matters, seconds since the epoch. */
  long until();

  /** By which it can be found again after a restart; see {@code PendingRevocation}. */
  List<String> texts();
}
