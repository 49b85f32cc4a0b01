package dev.tokenguard.demo;

import dev.tokenguard.testbed.client.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Several concurrent refreshes with one token, as from two tabs or a quick retry. */
record DoubleSubmit(Stage stage, Device laptop) implements Step {

  private static final int TABS = 5;

  @Override
  public String title() {
    return "A double submit is accepted";
  }

  @Override
  public String tale() {
    return "Five tabs of the app send the same refresh token at the same time. The first request rotates;\n"
        + "the others, within the grace period, get the same new token, byte for byte.";
  }

  @Override
  public void play() {
    String token = laptop.refreshToken();
    TokenPlace before = laptop.place();
    laptop.app().announceRefresh(token);
    List<Answer> answers = atOnce(token);
    answers.forEach(stage.transcript()::received);
    stage.check("all five are served", answers.stream().allMatch(Answer::isOk));
    stage.check(
        "all five got the same refresh token",
        answers.stream().map(Answer::refreshToken).distinct().count() == 1);
    laptop.keep(answers.get(0));
    stage.check("it is the next generation", laptop.place().isNextAfter(before));
    stage.redis("alice");
    stage.check("one of the five rotated", events(before, "rotated") == 1);
    stage.check("the other four were replays", events(before, "replayed") == TABS - 1);
  }

  private List<Answer> atOnce(String token) {
    List<CompletableFuture<Answer>> tabs =
        IntStream.range(0, TABS)
            .mapToObj(
                tab -> CompletableFuture.supplyAsync(() -> laptop.app().refreshSilently(token)))
            .toList();
    return tabs.stream().map(CompletableFuture::join).toList();
  }

  private long events(TokenPlace presented, String rotation) {
    return stage.events("REFRESH_TOKEN", presented).stream()
        .filter(event -> Stage.detail(event, "rotation").equals(rotation))
        .filter(
            event ->
                Stage.detail(event, "refresh_token_generation")
                    .equals(String.valueOf(presented.generation())))
        .count();
  }
}
