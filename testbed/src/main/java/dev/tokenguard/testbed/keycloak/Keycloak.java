package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.client.AdminApi;
import java.net.URI;

/** A running Keycloak, from the distribution or in a container. */
public interface Keycloak extends AutoCloseable {

  URI baseUri();

  /** An administrator of the master realm who manages the given realm. */
  default AdminApi admin(String realm) {
    return new AdminApi(baseUri(), realm, KeycloakSettings.ADMIN, KeycloakSettings.ADMIN);
  }

  /** Stops the server and deletes its data. */
  @Override
  void close();
}
