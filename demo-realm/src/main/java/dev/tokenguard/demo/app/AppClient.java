package dev.tokenguard.demo.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.testbed.client.AdminApi;
import java.net.URI;
import java.util.List;

/**
 * A client that the page can log in as.
 *
 * @param mode {@code grace} or {@code strict}, the attribute that its policy matches
 * @param seconds the lifespan of its access tokens
 * @param storage {@code script}; {@code key} if its tokens are bound to a key (RFC 9449); {@code
 *     cookie} if its refresh token is in a cookie that scripts cannot read
 */
record AppClient(String id, String mode, int seconds, String storage) {

  /** The clients of realm.json; a test compares them. */
  static final List<AppClient> ALL =
      List.of(
          new AppClient("demo-app", "grace", 30, "script"),
          new AppClient("demo-app-quick", "grace", 5, "script"),
          new AppClient("demo-app-strict", "strict", 30, "script"),
          new AppClient("demo-app-strict-quick", "strict", 5, "script"),
          new AppClient("demo-app-key", "grace", 30, "key"),
          new AppClient("demo-app-key-quick", "grace", 5, "key"),
          new AppClient("demo-app-key-strict", "strict", 30, "key"),
          new AppClient("demo-app-key-strict-quick", "strict", 5, "key"),
          new AppClient("demo-app-cookie", "grace", 30, "cookie"),
          new AppClient("demo-app-cookie-quick", "grace", 5, "cookie"),
          new AppClient("demo-app-cookie-strict", "strict", 30, "cookie"),
          new AppClient("demo-app-cookie-strict-quick", "strict", 5, "cookie"));

  /**
   * Registers the address of the page in Keycloak if it differs from realm.json: exactly one origin
   * may receive codes and tokens.
   */
  void register(AdminApi admin, URI origin) {
    JsonNode found = admin.get("/clients?clientId=" + id).orFail().body().path(0);
    if (!found.path("webOrigins").path(0).asText().equals(origin.toString())
        && found instanceof ObjectNode client) {
      client.putArray("redirectUris").add(origin + "/");
      client.putArray("webOrigins").add(origin.toString());
      client.withObjectProperty("attributes").put("post.logout.redirect.uris", "+");
      admin.put("/clients/" + client.path("id").asText(), client).orFail();
    }
  }
}
