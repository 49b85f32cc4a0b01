package dev.tokenguard.faults;

import dev.tokenguard.testbed.Answer;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.Jwt;
import dev.tokenguard.testbed.OidcClient;
import java.time.Duration;

/** A client of Keycloak with the tokens of one login; all its answers are in the ledger. */
final class App {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final String name;
  private final OidcClient client;
  private Answer held;

  App(Ledger ledger, String name, OidcClient client, Answer login) {
    this.ledger = ledger;
    this.name = name;
    this.client = client;
    this.held = login;
  }

  /** Another one that has stolen what this one holds. */
  App stolen(String thief) {
    return new App(ledger, thief, client, held);
  }

  /** Likewise, by another program. */
  App stolen(String thief, String userAgent) {
    return new App(ledger, thief, client.withHeader("User-Agent", userAgent), held);
  }

  /** Presents the token that is held; the answer is not taken. */
  Answer present() {
    String token = held.refreshToken();
    return ledger.record(name, "refresh", () -> client.refresh(token));
  }

  /** Presents the token that is held, and holds what is given for it. */
  Answer refresh() {
    Answer answer = present();
    take(answer);
    return answer;
  }

  /** As a 503 tells: the same token again later, until it is decided. */
  void refreshUntilDecided() {
    Await.until("a decision for " + name, PATIENCE, () -> refresh().status() != 503);
  }

  void take(Answer answer) {
    if (answer.isOk()) {
      held = answer;
    }
  }

  /** Whether Keycloak takes the access token that is held. */
  boolean isWelcome() {
    String token = held.accessToken();
    return ledger.record(name, "userinfo", () -> client.userinfo(token)).isOk();
  }

  Answer logOut() {
    return ledger.record(name, "logout", () -> client.logout(held.refreshToken()));
  }

  Answer revokeAccessToken() {
    return ledger.record(name, "revoke", () -> client.revoke(held.accessToken()));
  }

  void complain(String what) {
    ledger.violation(name, what);
  }

  String session() {
    return Jwt.claims(held.refreshToken()).path("sid").asText();
  }

  String accessTokenId() {
    return Jwt.claims(held.accessToken()).path("jti").asText();
  }
}
