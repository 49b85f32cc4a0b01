package dev.tokenguard.demo;

import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;

/** A caller of the public endpoints; all requests and responses are in the transcript. */
final class App {

  private final String name;
  private final OidcClient client;
  private final Transcript transcript;

  App(String name, OidcClient client, Transcript transcript) {
    this.name = name;
    this.client = client.withHeader("User-Agent", name);
    this.transcript = transcript;
  }

  Answer login(String user) {
    tell("POST token, grant_type=password, client_id=%s, username=%s", client.clientId(), user);
    return shown(client.login(user, "demo"));
  }

  Answer refresh(String refreshToken) {
    announceRefresh(refreshToken);
    return shown(client.refresh(refreshToken));
  }

  /** A refresh whose response is lost after the server executed it. */
  Answer refreshAndLoseTheAnswer(String refreshToken) {
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
        "refresh token: " + TokenPlace.of(refreshToken));
  }

  Answer userinfo(String accessToken) {
    transcript.sent(name, "GET userinfo", "access token: " + idOf(accessToken));
    return shown(client.userinfo(accessToken));
  }

  Answer introspect(String accessToken) {
    transcript.sent(name, "POST token/introspect", "access token: " + idOf(accessToken));
    return shown(client.introspect(accessToken));
  }

  private void tell(String format, Object... values) {
    transcript.sent(name, format.formatted(values), "");
  }

  private Answer shown(Answer answer) {
    transcript.received(answer);
    return answer;
  }

  private static String idOf(String accessToken) {
    return TokenPlace.abridged(Jwt.claims(accessToken).path("jti").asText());
  }
}
