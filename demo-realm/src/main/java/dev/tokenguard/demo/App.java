package dev.tokenguard.demo;

import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;

/**
 * Somebody who uses the public endpoints, honest or not; all that is said goes to the transcript.
 */
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

  /** A refresh whose answer gets lost on its way back: the server has done its part. */
  Answer refreshAndLoseTheAnswer(String refreshToken) {
    announceRefresh(refreshToken);
    Answer neverSeen = client.refresh(refreshToken);
    transcript.lost();
    return neverSeen;
  }

  /** A refresh among several at once: told afterwards, so that the transcript stays readable. */
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
