package dev.tokenguard.demo.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.testbed.client.AdminApi;
import java.net.URI;

/**
 * Registers the address of the page in Keycloak if it differs from realm.json: exactly one origin
 * may receive codes and tokens.
 */
final class AppRegistration {

  private final AdminApi admin;

  AppRegistration(AdminApi admin) {
    this.admin = admin;
  }

  void at(URI origin) {
    AppClient.ALL.forEach(client -> register(client.id(), origin));
  }

  private void register(String clientId, URI origin) {
    JsonNode found = admin.get("/clients?clientId=" + clientId).orFail().body().path(0);
    if (!found.path("webOrigins").path(0).asText().equals(origin.toString())
        && found instanceof ObjectNode client) {
      client.putArray("redirectUris").add(origin + "/");
      client.putArray("webOrigins").add(origin.toString());
      client.withObjectProperty("attributes").put("post.logout.redirect.uris", "+");
      admin.put("/clients/" + client.path("id").asText(), client).orFail();
    }
  }
}
