package dev.tokenguard.demo.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The output of the scenario in the terminal. It contains positions of tokens, never a token. */
public final class Transcript {

  private static final List<String> DETAILS =
      List.of(
          "rotation",
          "reason",
          "refresh_token_family",
          "refresh_token_generation",
          "refresh_token_generation_issued",
          "refresh_token_generation_newest");

  private final PrintStream out;
  private final Colours colours;
  private int steps;
  private int checks;

  public Transcript(PrintStream out, Colours colours) {
    this.out = out;
    this.colours = colours;
  }

  public void begin(String title, String description) {
    steps++;
    out.printf("%n%s%n", colours.title("== " + steps + ". " + title));
    description.lines().forEach(line -> out.println("   " + line));
  }

  public void sent(String actor, String request, String token) {
    out.printf("%n   %s > %s%n", colours.strong(actor), request);
    if (!token.isEmpty()) {
      out.println("       " + token);
    }
  }

  public void received(Answer answer) {
    received("< " + answer.status() + " " + content(answer), answer.isOk());
  }

  /** A response that did not arrive. */
  public void lost() {
    received("< (the connection breaks; the response is lost)", false);
  }

  public void redis(String key, Map<String, String> fields) {
    out.printf("   %s HGETALL %s%n", colours.faint("redis"), key);
    if (fields.isEmpty()) {
      out.println("       (empty)");
    }
    fields.forEach(
        (name, value) ->
            out.printf("       %-26s %s%s%n", name, value, colours.faint(meaning(name, value))));
  }

  public void event(JsonNode event) {
    List<String> parts = new ArrayList<>();
    if (event.has("error")) {
      parts.add("error=" + event.path("error").asText());
    }
    parts.add("client=" + event.path("clientId").asText());
    parts.add("user=" + TokenPosition.abridged(event.path("userId").asText("none")));
    parts.add("session=" + TokenPosition.abridged(event.path("sessionId").asText("none")));
    parts.add("ip=" + event.path("ipAddress").asText());
    out.printf(
        "   %s %s %s%n",
        colours.faint("event"), event.path("type").asText(), String.join(" ", parts));
    List<String> details =
        DETAILS.stream()
            .filter(event.path("details")::has)
            .map(name -> name + "=" + shown(name, event.path("details").path(name).asText()))
            .toList();
    if (!details.isEmpty()) {
      out.println("       " + String.join(" ", details));
    }
  }

  /** Prints the result of a check; the scenario stops at the first failure. */
  public void check(String promise, boolean holds) {
    checks++;
    out.println("   " + (holds ? colours.good("ok     ") : colours.bad("FAILED ")) + promise);
    if (!holds) {
      throw new DemoFailure("Step %d failed: %s.".formatted(steps, promise));
    }
  }

  public String tally() {
    return steps + " steps, " + checks + " checks, all passed.";
  }

  private void received(String text, boolean isOk) {
    out.println("     " + (isOk ? text : colours.bad(text)));
  }

  private static String content(Answer answer) {
    if (!answer.refreshToken().isEmpty()) {
      return "refresh token: %s; access token: %s"
          .formatted(
              TokenPosition.of(answer.refreshToken()),
              TokenPosition.abridged(Jwt.claims(answer.accessToken()).path("jti").asText()));
    }
    if (!answer.error().isEmpty()) {
      return answer.error() + ": " + answer.errorDescription();
    }
    if (answer.body().has("active")) {
      return "active=" + answer.body().path("active").asBoolean();
    }
    return answer.text("preferred_username");
  }

  /** The family and generation of a field; the stored form omits a 0. */
  private static String meaning(String field, String value) {
    String[] parts = value.split(",");
    if (!field.startsWith("f:") || parts.length < 2) {
      return "";
    }
    return "   <- family %s, newest generation %s"
        .formatted(
            TokenPosition.abridged(familyOf(field.substring(2))),
            parts[1].isEmpty() ? "0" : parts[1]);
  }

  /** A UUID is stored as 16 bytes in Base64, any other id as text after a tilde. */
  private static String familyOf(String compact) {
    return compact.startsWith("~")
        ? compact.substring(1)
        : HexFormat.of().formatHex(Base64.getUrlDecoder().decode(compact));
  }

  private static String shown(String detail, String value) {
    return detail.equals("refresh_token_family") ? TokenPosition.abridged(value) : value;
  }
}
