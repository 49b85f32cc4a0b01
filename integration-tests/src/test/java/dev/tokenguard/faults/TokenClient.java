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
 * A client of Keycloak with the tokens of one login; the ledger has all its answers. Of several
 * nodes it asks one after the other, as through a load balancer.
 */
final class TokenClient {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final String name;
  private final List<OidcClient> nodes;
  private final AtomicInteger requests = new AtomicInteger();
  private Answer tokens;

  TokenClient(Ledger ledger, String name, List<OidcClient> nodes, Answer login) {
    this.ledger = ledger;
    this.name = name;
    this.nodes = nodes;
    this.tokens = login;
  }

  /** A thief with a copy of the tokens, in a program with this user agent. */
  TokenClient stolen(String userAgent) {
    List<OidcClient> elsewhere =
        nodes.stream().map(node -> node.withHeader("User-Agent", userAgent)).toList();
    return new TokenClient(ledger, "thief of " + name, elsewhere, tokens);
  }

  /** A thief who imitates the client's program. */
  TokenClient stolen() {
    return new TokenClient(ledger, "thief of " + name, nodes, tokens);
  }

  private OidcClient next() {
    return nodes.get(Math.floorMod(requests.getAndIncrement(), nodes.size()));
  }

  /** Presents the refresh token; the answer is lost. */
  Answer present() {
    String token = tokens.refreshToken();
    return ledger.record(name, "refresh", () -> next().refresh(token));
  }

  Answer refresh() {
    Answer answer = present();
    take(answer);
    return answer;
  }

  void take(Answer answer) {
    if (answer.isOk()) {
      tokens = answer;
    }
  }

  /** Repeats the request as long as the answer is 503. */
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

  boolean isAccessTokenAccepted() {
    String token = tokens.accessToken();
    return ledger.record(name, "userinfo", () -> next().userinfo(token)).isOk();
  }

  Answer logOut() {
    return ledger.record(name, "logout", () -> next().logout(tokens.refreshToken()));
  }

  Answer revokeAccessToken() {
    return ledger.record(name, "revoke", () -> next().revoke(tokens.accessToken()));
  }

  void violation(String what) {
    ledger.violation(name, what);
  }

  /** No fault: it happens on a machine that serves no client for a while. */
  boolean isRefreshTokenExpired() {
    return isExpired(tokens.refreshToken());
  }

  boolean isAccessTokenExpired() {
    return isExpired(tokens.accessToken());
  }

  private static boolean isExpired(String token) {
    return Jwt.claims(token).path("exp").asLong() <= Instant.now().getEpochSecond();
  }

  String session() {
    return Jwt.claims(tokens.refreshToken()).path("sid").asText();
  }

  String accessTokenId() {
    return Jwt.claims(tokens.accessToken()).path("jti").asText();
  }
}
