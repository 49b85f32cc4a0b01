package dev.tokenguard.demo.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.demo.servers.DemoServers;
import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.demo.terminal.Transcript;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** The scenario of the terminal, step by step. It uses the public endpoints, and checks. */
public final class Scenario {

  private static final int TABS = 5;

  /** The generation of which the thief has a copy. */
  private static final int STOLEN = 1;

  private final DemoServers servers;
  private final Transcript transcript;
  private final AdminApi admin;
  private final Application laptop;
  private final Application phone;

  public Scenario(DemoServers servers, Transcript transcript) {
    this.servers = servers;
    this.transcript = transcript;
    this.admin = servers.admin();
    this.laptop = application("laptop", "demo-spa");
    this.phone = application("phone", "demo-spa");
  }

  public void run() {
    logIn();
    rotate();
    refreshAtOnce();
    loseAResponse();
    detectATheft();
    useTheOtherFamily();
    replayAtAStrictClient();
    replayWithoutAPolicy();
  }

  private void logIn() {
    transcript.begin(
        "Alice logs in",
        "On a laptop and on a phone, at the client demo-spa: two families start, each at generation 0.\n"
            + "Redis records both before the response is sent.");
    check("the laptop is logged in", laptop.login("alice").isOk());
    check("the phone is logged in", phone.login("alice").isOk());
    check(
        "the two are different families",
        !laptop.position().family().equals(phone.position().family()));
    check("the access token is valid", laptop.userinfo(laptop.accessToken()).status() == 200);
    check(
        "Redis holds two families of alice",
        redis("alice").keySet().stream().filter(field -> field.startsWith("f:")).count() == 2);
  }

  private void rotate() {
    transcript.begin(
        "A refresh rotates the token",
        "The app sends its refresh token and gets the next generation.");
    TokenPosition before = laptop.position();
    int held = redis("alice").size();
    check("the refresh succeeds", laptop.refresh().isOk());
    check(
        "the new token is the next generation of the same family",
        laptop.position().isNextAfter(before));
    check("Redis has no additional record of alice", redis("alice").size() == held);
    check(
        "the event has the outcome rotated", isOutcome("rotated", event("REFRESH_TOKEN", before)));
  }

  private void refreshAtOnce() {
    transcript.begin(
        "A double submit is accepted",
        "Five tabs of the app send the same refresh token at the same time. The first request rotates;\n"
            + "the others, within the grace period, get the same new token, byte for byte.");
    String token = laptop.refreshToken();
    TokenPosition before = laptop.position();
    laptop.announceRefresh(token);
    List<CompletableFuture<Answer>> tabs =
        IntStream.range(0, TABS)
            .mapToObj(tab -> CompletableFuture.supplyAsync(() -> laptop.refreshSilently(token)))
            .toList();
    List<Answer> answers = tabs.stream().map(CompletableFuture::join).toList();
    answers.forEach(transcript::received);
    check("all five are served", answers.stream().allMatch(Answer::isOk));
    check(
        "all five got the same refresh token",
        answers.stream().map(Answer::refreshToken).distinct().count() == 1);
    laptop.keep(answers.get(0));
    check("it is the next generation", laptop.position().isNextAfter(before));
    redis("alice");
    List<JsonNode> refreshes =
        events("REFRESH_TOKEN", before).stream()
            .filter(event -> isDetail(event, "refresh_token_generation", before.generation()))
            .toList();
    check(
        "one of the five rotated",
        refreshes.stream().filter(event -> isOutcome("rotated", event)).count() == 1);
    check(
        "the other four were replays",
        refreshes.stream().filter(event -> isOutcome("replayed", event)).count() == TABS - 1);
  }

  private void loseAResponse() {
    transcript.begin(
        "A lost response is repeated",
        "The server rotates, but the response does not arrive. The app retries with the old token, gets\n"
            + "the same response, and the family continues.");
    TokenPosition before = laptop.position();
    Answer lost = laptop.refreshWithLostResponse(laptop.refreshToken());
    check("the retry is served", laptop.refresh().isOk());
    check(
        "it returns the refresh token that was lost",
        laptop.refreshToken().equals(lost.refreshToken()));
    check(
        "the event has the outcome replayed",
        isOutcome("replayed", event("REFRESH_TOKEN", before)));
    TokenPosition missed = laptop.position();
    check("the next refresh succeeds", laptop.refresh().isOk());
    check("the family continues", laptop.position().isNextAfter(missed));
  }

  private void detectATheft() {
    transcript.begin(
        "A theft is detected",
        "A thief has a copy of generation "
            + STOLEN
            + " and sends it. Keycloak cannot distinguish the thief from\n"
            + "Alice, so it revokes the family: the newest refresh token and every access token.");
    Application thief = application("thief", "demo-spa");
    TokenPosition newest = laptop.position();
    check("the thief is refused", isRefused(thief.refresh(laptop.refreshToken(STOLEN))));
    JsonNode event = event("REFRESH_TOKEN_ERROR", newest);
    checkReuse(event);
    check(
        "it names both generations",
        isDetail(event, "refresh_token_generation", STOLEN)
            && isDetail(event, "refresh_token_generation_newest", newest.generation()));
    redis("alice");
    check("the newest refresh token is revoked", isRefused(laptop.refresh()));
    check(
        "the newest access token is revoked",
        laptop.userinfo(laptop.accessToken()).status() == 401);
    check(
        "the login's access token is revoked",
        laptop.userinfo(laptop.accessToken(0)).status() == 401);
    // The confidential client may introspect the tokens of the other clients.
    Application backend =
        new Application(
            "backend", servers.client("demo-backend").withSecret("demo-secret"), transcript);
    check(
        "introspection reports it as inactive",
        !backend.introspect(laptop.accessToken()).body().path("active").asBoolean(true));
  }

  private void useTheOtherFamily() {
    transcript.begin(
        "Alice's phone is not affected",
        "The login on the phone is another family of the same user at the same client.");
    check("its access token is valid", phone.userinfo(phone.accessToken()).status() == 200);
    TokenPosition before = phone.position();
    check("its refresh succeeds", phone.refresh().isOk());
    check("its family continues", phone.position().isNextAfter(before));
    redis("alice");
  }

  private void replayAtAStrictClient() {
    transcript.begin(
        "A strict client accepts no replay",
        "Bob uses demo-strict: no grace period, and a reuse terminates the session. Two immediate uses\n"
            + "of the same token are a reuse.");
    Application tablet = application("tablet", "demo-strict");
    check("bob is logged in", tablet.login("bob").isOk());
    String session = Jwt.claims(tablet.accessToken()).path("sid").asText();
    TokenPosition first = tablet.position();
    check("the refresh succeeds", tablet.refresh().isOk());
    check("the session is active", hasSession("bob", session));
    check("the same token again is refused", isRefused(tablet.refresh(tablet.refreshToken(0))));
    checkReuse(event("REFRESH_TOKEN_ERROR", first));
    redis("bob");
    check("the session is terminated", !hasSession("bob", session));
    check("the newest refresh token is revoked", isRefused(tablet.refresh()));
    check("the access token is revoked", tablet.userinfo(tablet.accessToken()).status() == 401);
  }

  private void replayWithoutAPolicy() {
    transcript.begin(
        "For comparison: a client without a policy",
        "Carol uses demo-built-in, a client without a policy. Built-in Keycloak does not rotate here: a\n"
            + "stolen refresh token is valid until it expires, and no event is written.");
    Application desktop = application("desktop", "demo-built-in");
    check("carol is logged in", desktop.login("carol").isOk());
    String stolen = desktop.refreshToken();
    check("the refresh succeeds", desktop.refresh().isOk());
    check("the thief is served", application("thief", "demo-built-in").refresh(stolen).isOk());
    check("carol is served as well", desktop.refresh().isOk());
    check("Redis has no data of carol", redis("carol").isEmpty());
  }

  private Application application(String name, String clientId) {
    return new Application(name, servers.client(clientId), transcript);
  }

  private void check(String promise, boolean holds) {
    transcript.check(promise, holds);
  }

  private void checkReuse(JsonNode event) {
    check("it names the reuse", event.path("error").asText().equals("refresh_token_reused"));
  }

  /** Prints the data of a user in Redis. */
  private Map<String, String> redis(String user) {
    String id = admin.userId(user);
    Map<String, String> fields = servers.redis().of(id);
    transcript.redis(servers.redis().keyOf(id), fields);
    return fields;
  }

  /** The stored events of a type for a family, the newest first. */
  private List<JsonNode> events(String type, TokenPosition position) {
    return admin.events(type).stream()
        .filter(event -> isDetail(event, "refresh_token_family", position.family()))
        .toList();
  }

  /** Prints the newest event of a type for a family. */
  private JsonNode event(String type, TokenPosition position) {
    List<JsonNode> found = events(type, position);
    check("the event " + type + " was written", !found.isEmpty());
    transcript.event(found.get(0));
    return found.get(0);
  }

  private boolean hasSession(String user, String sessionId) {
    JsonNode sessions = admin.get("/users/" + admin.userId(user) + "/sessions").orFail().body();
    return sessions.findValuesAsText("id").contains(sessionId);
  }

  private static boolean isRefused(Answer answer) {
    return answer.error().equals("invalid_grant");
  }

  private static boolean isOutcome(String outcome, JsonNode event) {
    return isDetail(event, "rotation", outcome);
  }

  private static boolean isDetail(JsonNode event, String name, Object value) {
    return event.path("details").path(name).asText().equals(String.valueOf(value));
  }
}
