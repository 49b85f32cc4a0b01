package dev.tokenguard.keycloak.revocation;

import java.util.List;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Something that is committed in Keycloak and that Redis is to be told. Telling it twice is
 * harmless.
 */
interface Delivery {

  /**
   * @throws dev.tokenguard.rotation.StoreUnavailableException when Redis cannot be told now
   */
  void deliver(KeycloakSessionFactory factory);

  /** Until when it matters, seconds since the epoch. */
  long until();

  /** By which it can be found again after a restart; see {@code PendingRevocation}. */
  List<String> texts();
}
