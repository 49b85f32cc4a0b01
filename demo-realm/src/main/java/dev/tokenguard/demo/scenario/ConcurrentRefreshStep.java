package dev.tokenguard.demo.scenario;

import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.testbed.client.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Several concurrent refreshes with one token, as from two tabs or a quick retry. */
record ConcurrentRefreshStep(ScenarioContext context, Application laptop) implements Scenario.Step {

  private static final int TABS = 5;

  @Override
  public String title() {
    return "A double submit is accepted";
  }

  @Override
  public String description() {
    return "Five tabs of the app send the same refresh token at the same time. The first request rotates;\n"
        + "the others, within the grace period, get the same new token, byte for byte.";
  }

  @Override
  public void run() {
    String token = laptop.refreshToken();
    TokenPosition before = laptop.position();
    laptop.announceRefresh(token);
    List<Answer> answers = atOnce(token);
    answers.forEach(context.transcript()::received);
    context.check("all five are served", answers.stream().allMatch(Answer::isOk));
    context.check(
        "all five got the same refresh token",
        answers.stream().map(Answer::refreshToken).distinct().count() == 1);
    laptop.keep(answers.get(0));
    context.check("it is the next generation", laptop.position().isNextAfter(before));
    context.redis("alice");
    context.check("one of the five rotated", events(before, "rotated") == 1);
    context.check("the other four were replays", events(before, "replayed") == TABS - 1);
  }

  private List<Answer> atOnce(String token) {
    List<CompletableFuture<Answer>> tabs =
        IntStream.range(0, TABS)
            .mapToObj(tab -> CompletableFuture.supplyAsync(() -> laptop.refreshSilently(token)))
            .toList();
    return tabs.stream().map(CompletableFuture::join).toList();
  }

  private long events(TokenPosition presented, String rotation) {
    return context.events("REFRESH_TOKEN", presented).stream()
        .filter(event -> ScenarioContext.detail(event, "rotation").equals(rotation))
        .filter(
            event ->
                ScenarioContext.detail(event, "refresh_token_generation")
                    .equals(String.valueOf(presented.generation())))
        .count();
  }
}
