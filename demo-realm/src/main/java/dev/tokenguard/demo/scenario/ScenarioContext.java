package dev.tokenguard.demo.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.demo.servers.DemoServers;
import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.demo.terminal.Transcript;
import dev.tokenguard.testbed.client.AdminApi;
import java.util.List;
import java.util.Map;

/** The context of a step: apps, checks, Redis and events. */
final class ScenarioContext {

  private final DemoServers servers;
  private final Transcript transcript;
  private final AdminApi admin;

  ScenarioContext(DemoServers servers, Transcript transcript) {
    this.servers = servers;
    this.transcript = transcript;
    this.admin = servers.admin();
  }

  Transcript transcript() {
    return transcript;
  }

  Application application(String name, String clientId) {
    return new Application(name, servers.client(clientId), transcript);
  }

  /** The confidential client that may introspect the tokens of the other clients. */
  Application backend() {
    return new Application(
        "backend", servers.client("demo-backend").withSecret("demo-secret"), transcript);
  }

  void check(String promise, boolean holds) {
    transcript.check(promise, holds);
  }

  /** Prints the data of a user in Redis. */
  Map<String, String> redis(String user) {
    String id = admin.userId(user);
    Map<String, String> fields = servers.redis().of(id);
    transcript.redis(servers.redis().keyOf(id), fields);
    return fields;
  }

  /** The stored events of a type for a family, the newest first. */
  List<JsonNode> events(String type, TokenPosition position) {
    return admin.events(type).stream()
        .filter(event -> detail(event, "refresh_token_family").equals(position.family()))
        .toList();
  }

  /** Prints the newest event of a type for a family. */
  JsonNode event(String type, TokenPosition position) {
    List<JsonNode> found = events(type, position);
    check("the event " + type + " was written", !found.isEmpty());
    transcript.event(found.get(0));
    return found.get(0);
  }

  boolean hasSession(String user, String sessionId) {
    JsonNode sessions = admin.get("/users/" + admin.userId(user) + "/sessions").orFail().body();
    return sessions.findValuesAsText("id").contains(sessionId);
  }

  static String detail(JsonNode event, String name) {
    return event.path("details").path(name).asText();
  }
}
