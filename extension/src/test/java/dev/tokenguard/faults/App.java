package dev.tokenguard.faults;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A client of Keycloak with the tokens of one login; all its answers are in the ledger. Of several
 * nodes it asks one after the other, as a load balancer would.
 */
final class App {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final String name;
  private final List<OidcClient> nodes;
  private final AtomicInteger requests = new AtomicInteger();
  private Answer held;

  App(Ledger ledger, String name, List<OidcClient> nodes, Answer login) {
    this.ledger = ledger;
    this.name = name;
    this.nodes = nodes;
    this.held = login;
  }

  /** Another one that has stolen what this one holds. */
  App stolen(String thief) {
    return new App(ledger, thief, nodes, held);
  }

  /** Likewise, by another program. */
  App stolen(String thief, String userAgent) {
    List<OidcClient> elsewhere =
        nodes.stream().map(node -> node.withHeader("User-Agent", userAgent)).toList();
    return new App(ledger, thief, elsewhere, held);
  }

  private OidcClient next() {
    return nodes.get(Math.floorMod(requests.getAndIncrement(), nodes.size()));
  }

  /** Presents the token that is held; the answer is not taken. */
  Answer present() {
    String token = held.refreshToken();
    return ledger.record(name, "refresh", () -> next().refresh(token));
  }

  /** Presents the token that is held, and holds what is given for it. */
  Answer refresh() {
    Answer answer = present();
    take(answer);
    return answer;
  }

  /** As a 503 tells: the same token again later, until it is decided. */
  Answer refreshUntilDecided() {
    AtomicReference<Answer> decision = new AtomicReference<>();
    Await.until(
        "a decision for " + name,
        PATIENCE,
        () -> {
          decision.set(refresh());
          return decision.get().status() != 503;
        });
    return decision.get();
  }

  /** Whether each node grants a refresh. */
  boolean isServedByAll() {
    return nodes.stream().allMatch(node -> refresh().isOk());
  }

  void take(Answer answer) {
    if (answer.isOk()) {
      held = answer;
    }
  }

  /** Whether Keycloak takes the access token that is held. */
  boolean isWelcome() {
    String token = held.accessToken();
    return ledger.record(name, "userinfo", () -> next().userinfo(token)).isOk();
  }

  Answer logOut() {
    return ledger.record(name, "logout", () -> next().logout(held.refreshToken()));
  }

  Answer revokeAccessToken() {
    return ledger.record(name, "revoke", () -> next().revoke(held.accessToken()));
  }

  void complain(String what) {
    ledger.violation(name, what);
  }

  /** Nobody can go on with it, and that is no fault; it takes a machine that serves nobody. */
  boolean isRefreshTokenExpired() {
    return isExpired(held.refreshToken());
  }

  boolean isAccessTokenExpired() {
    return isExpired(held.accessToken());
  }

  private static boolean isExpired(String token) {
    return Jwt.claims(token).path("exp").asLong() <= Instant.now().getEpochSecond();
  }

  String session() {
    return Jwt.claims(held.refreshToken()).path("sid").asText();
  }

  String accessTokenId() {
    return Jwt.claims(held.accessToken()).path("jti").asText();
  }
}
