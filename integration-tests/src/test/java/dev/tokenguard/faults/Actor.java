package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/** Acts on tokens, and records what must not happen as a violation. */
interface Actor {

  /** One request or two. */
  void step();

  /** A fault has begun. */
  default void faultBegins() {}

  /** Checks the final state: Redis answers again and no other actor of the tokens acts. */
  void settle();

  /**
   * Refreshes, sometimes in two tabs at once, sometimes without having read the answer; retries
   * after a 503. As long as its tokens have not expired, it must not be logged out.
   */
  record HonestClient(TokenClient client, Random random) implements Actor {

    @Override
    public void step() {
      switch (random.nextInt(6)) {
        case 0 -> refreshInTwoTabs();
        case 1 -> {
          read(client.present());
          read(client.refresh());
        }
        case 2 -> useTheAccessToken();
        default -> read(client.refresh());
      }
    }

    private void refreshInTwoTabs() {
      List<CompletableFuture<Answer>> tabs =
          Stream.generate(() -> CompletableFuture.supplyAsync(client::present)).limit(2).toList();
      List<Answer> answers = tabs.stream().map(CompletableFuture::join).toList();
      answers.forEach(this::read);
      answers.forEach(client::take);
    }

    private void useTheAccessToken() {
      if (!client.isAccessTokenAccepted() && !client.isAccessTokenExpired()) {
        client.violation("its access token is refused");
      }
    }

    private void read(Answer answer) {
      if (!answer.isOk() && answer.status() != 503 && !client.isRefreshTokenExpired()) {
        client.violation("was logged out: " + answer.status() + " " + answer.body());
      }
    }

    @Override
    public void settle() {
      read(client.refreshUntilDecided());
      useTheAccessToken();
    }
  }

  /**
   * Has no policy and refreshes with the token of its login, as built-in Keycloak allows, also in
   * an outage of Redis. A later token may be older than its session where a clock is wrong.
   */
  record UnguardedClient(TokenClient client) implements Actor {

    @Override
    public void step() {
      Answer answer = client.present();
      if (!answer.isOk()) {
        client.violation("was not served: " + answer.status() + " " + answer.body());
      }
    }

    @Override
    public void settle() {
      step();
    }
  }

  /** Revokes its tokens during the fault. From the answer on they must be refused. */
  final class LeavingClient implements Actor {

    private final TokenClient client;
    private final Function<TokenClient, Answer> revocation;

    /** Whether it includes the refresh token; that of an access token does not. */
    private final boolean isAllRevoked;

    private boolean isRevoked;
    private volatile boolean isLeaving;

    LeavingClient(
        TokenClient client, Function<TokenClient, Answer> revocation, boolean isAllRevoked) {
      this.client = client;
      this.revocation = revocation;
      this.isAllRevoked = isAllRevoked;
    }

    @Override
    public void faultBegins() {
      isLeaving = true;
    }

    @Override
    public void step() {
      if (isRevoked) {
        check();
      } else if (isLeaving) {
        isRevoked = revocation.apply(client).isOk();
      } else {
        client.refresh();
      }
    }

    private void check() {
      if (client.isAccessTokenAccepted()) {
        client.violation("a revoked access token is accepted");
      }
      if (isAllRevoked && client.present().isOk()) {
        client.violation("a revoked refresh token is accepted");
      }
    }

    @Override
    public void settle() {
      if (!isRevoked) {
        isRevoked = revocation.apply(client).isOk();
      }
      if (isRevoked) {
        check();
      } else if (!client.isRefreshTokenExpired()) {
        client.violation("could not revoke its tokens");
      }
    }
  }

  /**
   * Has copied a token of a client that continues to refresh, and replays it during the fault, when
   * it is at least two generations old.
   */
  final class Thief implements Actor {

    private static final int OLD_ENOUGH = 2;

    private final TokenClient victim;
    private final TokenClient thief;

    /** The policy, or a loss of data, lets a replay pass for a while. */
    private final boolean mayPass;

    private int generations;
    private boolean isDetected;
    private volatile boolean isActing;

    Thief(TokenClient victim, boolean mayPass) {
      this.victim = victim;
      this.thief = victim.stolen();
      this.mayPass = mayPass;
    }

    @Override
    public void faultBegins() {
      isActing = true;
    }

    @Override
    public void step() {
      if (isDetected) {
        return;
      }
      if (isActing && generations >= OLD_ENOUGH) {
        replay();
      } else if (victim.refresh().isOk()) {
        generations++;
      }
    }

    private void replay() {
      Answer answer = thief.refresh();
      if (answer.isOk() && !mayPass) {
        thief.violation("a replay was accepted");
      }
      isDetected = answer.status() == 400;
      if (!isDetected) {
        victim.refresh();
      }
    }

    @Override
    public void settle() {
      assertBothRevoked(victim, thief);
    }
  }

  /**
   * Copies the newest token and uses it before its owner. That is granted: they cannot be
   * distinguished yet. The next refresh of the owner must revoke both.
   */
  final class EarlyThief implements Actor {

    private final TokenClient victim;
    private TokenClient thief;
    private boolean isActing;

    /** Whether the thief got an answer; without one Redis may have rotated all the same. */
    private boolean hasStolen;

    private boolean isDetected;

    EarlyThief(TokenClient victim) {
      this.victim = victim;
      this.thief = victim.stolen();
    }

    @Override
    public void faultBegins() {
      isActing = true;
    }

    @Override
    public void step() {
      if (isDetected) {
        return;
      }
      if (isActing) {
        thief = victim.stolen("another program");
        hasStolen |= thief.refresh().isOk();
      }
      read(victim.refresh());
    }

    private void read(Answer answer) {
      isDetected = isActing && answer.status() == 400;
      if (hasStolen && answer.isOk()) {
        victim.violation("a stolen family continues");
      }
    }

    @Override
    public void settle() {
      if (!isDetected) {
        read(victim.refreshUntilDecided());
      }
      if (!isDetected && hasStolen) {
        victim.violation("the theft was not detected");
      }
      assertBothRevoked(victim, thief);
    }
  }

  /** Of two branches one is behind: when both were used again, at the latest, both are revoked. */
  private static void assertBothRevoked(TokenClient victim, TokenClient thief) {
    // Until one of them is behind by more than grace covers.
    for (int round = 0; round < 2; round++) {
      victim.refreshUntilDecided();
      thief.refreshUntilDecided();
    }
    for (TokenClient each : List.of(victim, thief)) {
      if (each.refresh().isOk()) {
        each.violation("a refresh token of a reused family is accepted");
      }
      if (each.isAccessTokenAccepted()) {
        each.violation("an access token of a reused family is accepted");
      }
    }
  }
}
