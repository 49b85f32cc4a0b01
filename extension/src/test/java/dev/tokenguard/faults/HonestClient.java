package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Refreshes, sometimes in two tabs at once, sometimes without having read the answer; comes again
 * when it is asked to. As long as its tokens live, it must never be logged out.
 */
final class HonestClient implements Actor {

  private final App app;
  private final Random random;

  HonestClient(App app, Random random) {
    this.app = app;
    this.random = random;
  }

  @Override
  public void step() {
    switch (random.nextInt(6)) {
      case 0 -> refreshInTwoTabs();
      case 1 -> refreshAfterALostAnswer();
      case 2 -> useTheAccessToken();
      default -> read(app.refresh());
    }
  }

  private void refreshInTwoTabs() {
    List<CompletableFuture<Answer>> tabs =
        Stream.generate(() -> CompletableFuture.supplyAsync(app::present)).limit(2).toList();
    List<Answer> answers = tabs.stream().map(CompletableFuture::join).toList();
    answers.forEach(this::read);
    answers.forEach(app::take);
  }

  private void refreshAfterALostAnswer() {
    read(app.present());
    read(app.refresh());
  }

  private void useTheAccessToken() {
    if (!app.isWelcome() && !app.isAccessTokenExpired()) {
      app.complain("its access token is dead");
    }
  }

  private void read(Answer answer) {
    if (!answer.isOk() && answer.status() != 503 && !app.isRefreshTokenExpired()) {
      app.complain("was logged out: " + answer.status() + " " + answer.body());
    }
  }

  @Override
  public void settle() {
    read(app.refreshUntilDecided());
    useTheAccessToken();
  }
}
