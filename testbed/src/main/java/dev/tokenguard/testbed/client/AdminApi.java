package dev.tokenguard.testbed.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.testbed.client.Answer.UnexpectedAnswerException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Keycloak's admin REST API for one realm. */
public final class AdminApi {

  private final Http http = new Http();
  private final URI realmUri;
  private final Supplier<String> logIn;
  private volatile String token = "";

  /** As an administrator of the master realm. */
  public AdminApi(URI base, String realm, String user, String password) {
    this(base, realm, byPassword(base, "master", user, password));
  }

  private AdminApi(URI base, String realm, Supplier<String> logIn) {
    this.realmUri = base.resolve("/admin/realms/" + realm);
    this.logIn = logIn;
  }

  /** As a user of the realm itself, with the roles of that user. */
  public static AdminApi ofRealmUser(URI base, String realm, String user, String password) {
    return new AdminApi(base, realm, byPassword(base, realm, user, password));
  }

  /** As an unauthenticated caller. */
  public static AdminApi ofNobody(URI base, String realm) {
    return new AdminApi(base, realm, () -> "");
  }

  private static Supplier<String> byPassword(URI base, String realm, String user, String password) {
    OidcClient cli = OidcClient.of(base, realm, "admin-cli");
    return () -> cli.login(user, password).orFail().accessToken();
  }

  /** Reads a path below the realm; the empty path is the realm itself. */
  public Answer get(String path) {
    return send("GET", path, null);
  }

  /** Writes a path below the realm; the body is JSON text or anything that Jackson writes. */
  public Answer put(String path, Object body) {
    return send("PUT", path, body);
  }

  public Answer post(String path, Object body) {
    return send("POST", path, body);
  }

  public Answer delete(String path) {
    return delete(path, null);
  }

  public Answer delete(String path, Object body) {
    return send("DELETE", path, body);
  }

  /** The "Server info" of the console, for the whole server. */
  public JsonNode serverInfo() {
    return send("GET", realmUri.resolve("/admin/serverinfo"), null).orFail().body();
  }

  /** Updates some fields of the realm and keeps the others. */
  public void updateRealm(Map<String, ?> fields) {
    put("", fields).orFail();
  }

  /** Sets an attribute of the realm and keeps the others. */
  public void setRealmAttribute(String name, String value) {
    ObjectNode realm = (ObjectNode) get("").orFail().body();
    realm.withObjectProperty("attributes").put(name, value);
    put("", realm).orFail();
  }

  /** The stored events of a type, the newest first. */
  public List<JsonNode> events(String type) {
    List<JsonNode> events = new ArrayList<>();
    get("/events?max=1000&type=" + type).orFail().body().forEach(events::add);
    return events;
  }

  public void clearEvents() {
    delete("/events").orFail();
  }

  /** Replaces all client profiles and policies of the realm; either list may be empty. */
  public void putProfilesAndPolicies(List<?> profiles, List<?> policies) {
    // Policies first: Keycloak does not delete a profile that a policy names.
    put("/client-policies/policies", Map.of("policies", List.of())).orFail();
    put("/client-policies/profiles", Map.of("profiles", profiles)).orFail();
    put("/client-policies/policies", Map.of("policies", policies)).orFail();
  }

  /** Creates a realm from its representation; as an administrator of the master realm. */
  public Answer createRealm(Map<String, ?> representation) {
    return send("POST", realmUri.resolve("/admin/realms"), representation);
  }

  /** Creates a user who can log in immediately, and returns the id. */
  public String createUser(String name, String userPassword) {
    post(
            "/users",
            Map.of(
                "username",
                name,
                "enabled",
                true,
                "email",
                name + "@example.org",
                "emailVerified",
                true,
                "firstName",
                name,
                "lastName",
                "Test",
                "credentials",
                List.of(credential(userPassword))))
        .orFail();
    return userId(name);
  }

  public String userId(String name) {
    return get("/users?exact=true&username=" + name).orFail().body().path(0).path("id").asText();
  }

  public Answer resetPassword(String userId, String newPassword) {
    return put("/users/" + userId + "/reset-password", credential(newPassword));
  }

  public Answer setUserEnabled(String userId, boolean enabled) {
    ObjectNode representation = (ObjectNode) get("/users/" + userId).orFail().body();
    return put("/users/" + userId, representation.put("enabled", enabled));
  }

  public Answer logoutUser(String userId) {
    return post("/users/" + userId + "/logout", null);
  }

  public Answer deleteUser(String userId) {
    return delete("/users/" + userId);
  }

  public Answer deleteSession(String sessionId, boolean offline) {
    return delete("/sessions/" + sessionId + "?isOffline=" + offline);
  }

  /** The internal id of a client. */
  public String clientUuid(String clientId) {
    return client(clientId).path("id").asText();
  }

  /** Sets an attribute of a client and keeps the others. */
  public void setClientAttribute(String clientId, String name, String value) {
    ObjectNode representation = client(clientId);
    representation.withObjectProperty("attributes").put(name, value);
    put("/clients/" + representation.path("id").asText(), representation).orFail();
  }

  private ObjectNode client(String clientId) {
    JsonNode found = get("/clients?clientId=" + clientId).orFail().body().path(0);
    if (found instanceof ObjectNode client) {
      return client;
    }
    throw new UnexpectedAnswerException("no client " + clientId);
  }

  private static Map<String, Object> credential(String password) {
    return Map.of("type", "password", "value", password, "temporary", false);
  }

  private Answer send(String method, String path, Object body) {
    return send(method, URI.create(realmUri + path), body);
  }

  private Answer send(String method, URI uri, Object body) {
    Answer answer = sendOnce(method, uri, body);
    // The token is valid for a minute; some tests take longer.
    if (answer.status() == 401) {
      token = logIn.get();
      answer = sendOnce(method, uri, body);
    }
    return answer;
  }

  private Answer sendOnce(String method, URI uri, Object body) {
    HttpRequest.Builder request = Http.json(method, uri, body);
    return http.send(
        token.isEmpty() ? request : request.header("Authorization", "Bearer " + token));
  }
}
