package dev.tokenguard.testbed.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;

/** A client that registers itself, in the default format of Keycloak's registration endpoint. */
public final class ClientRegistration {

  private final Http http = new Http();
  private final URI uri;
  private String token;

  private ClientRegistration(URI uri, String token) {
    this.uri = uri;
    this.token = token;
  }

  /**
   * @param initialToken an initial access token
   */
  public static ClientRegistration of(
      URI base, String realm, String initialToken, Map<String, ?> client) {
    URI endpoint = base.resolve("/realms/" + realm + "/clients-registrations/default");
    Http http = new Http();
    Answer registered =
        http.send(
                Http.json("POST", endpoint, client)
                    .header("Authorization", "Bearer " + initialToken))
            .orFail();
    return new ClientRegistration(
        URI.create(endpoint + "/" + registered.text("clientId")),
        registered.text("registrationAccessToken"));
  }

  /** Reads the registration, changes one text property, and writes it. */
  public void set(String name, Object value) {
    ObjectNode client = (ObjectNode) send("GET", null).orFail().body();
    rotate(client.path("registrationAccessToken").asText(""));
    client.putPOJO(name, value);
    rotate(send("PUT", client).orFail().text("registrationAccessToken"));
  }

  public void delete() {
    send("DELETE", null).orFail();
  }

  private void rotate(String next) {
    if (!next.isEmpty()) {
      token = next;
    }
  }

  private Answer send(String method, Object body) {
    HttpRequest.Builder request = Http.json(method, uri, body);
    return http.send(request.header("Authorization", "Bearer " + token));
  }
}
