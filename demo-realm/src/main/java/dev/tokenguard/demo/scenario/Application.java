package dev.tokenguard.demo.scenario;

import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.demo.terminal.Transcript;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.List;

/**
 * An app that uses the public endpoints and keeps the tokens of one login. The transcript has all
 * requests and responses.
 */
final class Application {

  private final String name;
  private final OidcClient client;
  private final Transcript transcript;
  private final List<Answer> generations = new ArrayList<>();

  Application(String name, OidcClient client, Transcript transcript) {
    this.name = name;
    this.client = client.withHeader("User-Agent", name);
    this.transcript = transcript;
  }

  Answer login(String user) {
    transcript.sent(
        name,
        "POST token, grant_type=password, client_id=%s, username=%s"
            .formatted(client.clientId(), user),
        "");
    return keep(shown(client.login(user, "demo")));
  }

  /** Uses the newest refresh token and keeps the tokens of a successful response. */
  Answer refresh() {
    Answer answer = refresh(refreshToken());
    return answer.isOk() ? keep(answer) : answer;
  }

  /** Uses any refresh token and keeps nothing. */
  Answer refresh(String refreshToken) {
    announceRefresh(refreshToken);
    return shown(client.refresh(refreshToken));
  }

  /** A refresh whose response is lost after the server executed it. */
  Answer refreshWithLostResponse(String refreshToken) {
    announceRefresh(refreshToken);
    Answer neverSeen = client.refresh(refreshToken);
    transcript.lost();
    return neverSeen;
  }

  /** One of several concurrent refreshes; printed later, so that the transcript stays readable. */
  Answer refreshSilently(String refreshToken) {
    return client.refresh(refreshToken);
  }

  void announceRefresh(String refreshToken) {
    transcript.sent(
        name,
        "POST token, grant_type=refresh_token, client_id=" + client.clientId(),
        "refresh token: " + TokenPosition.of(refreshToken));
  }

  Answer userinfo(String accessToken) {
    transcript.sent(name, "GET userinfo", "access token: " + idOf(accessToken));
    return shown(client.userinfo(accessToken));
  }

  Answer introspect(String accessToken) {
    transcript.sent(name, "POST token/introspect", "access token: " + idOf(accessToken));
    return shown(client.introspect(accessToken));
  }

  /** Keeps the tokens of the next generation. */
  Answer keep(Answer answer) {
    generations.add(answer);
    return answer;
  }

  /** The newest refresh token. */
  String refreshToken() {
    return refreshToken(generations.size() - 1);
  }

  String refreshToken(int generation) {
    return generations.get(generation).refreshToken();
  }

  /** The newest access token. */
  String accessToken() {
    return accessToken(generations.size() - 1);
  }

  String accessToken(int generation) {
    return generations.get(generation).accessToken();
  }

  /** The position of the newest refresh token. */
  TokenPosition position() {
    return TokenPosition.of(refreshToken());
  }

  private Answer shown(Answer answer) {
    transcript.received(answer);
    return answer;
  }

  private static String idOf(String accessToken) {
    return TokenPosition.abridged(Jwt.claims(accessToken).path("jti").asText());
  }
}
