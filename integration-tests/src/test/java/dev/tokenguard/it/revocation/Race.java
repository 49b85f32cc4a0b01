package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Login;
import dev.tokenguard.it.Parallel;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.process.ServerLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A login that many refresh at once while something revokes it.
 *
 * @param trigger returns when it was answered
 * @param afterwards returns when what runs in the background is done
 */
record Race(Login login, Runnable trigger, Runnable afterwards) {

  private static final int REFRESHES = 6;
  private static final int MORE_ROUNDS = 10;
  private static final int AT_THE_END_OF_A_SECOND = 2;
  private static final int NEAR_THE_END = 940_000_000;

  /**
   * Keycloak's answers when its database has committed another change of the session first; the
   * second one where it notices that while it reads (seen with 26.7.3).
   */
  private static final List<Integer> CONFLICTS = List.of(409, 500);

  private static final int ATTEMPTS = 5;
  private static final Duration IN_THE_BACKGROUND = Duration.ofSeconds(30);

  Race(Login login, Runnable trigger) {
    this(login, trigger, () -> {});
  }

  static Race withRequest(Login login, Supplier<Answer> request) {
    return new Race(login, () -> repeatOnConflict(request));
  }

  /** Keycloak answers before all is done; a line in the log reports the end. */
  static Race inTheBackground(Login login, Supplier<Answer> request, String line) {
    ServerLog log = login.lab().keycloak().log();
    long before = log.size();
    return new Race(
        login,
        () -> repeatOnConflict(request),
        () -> Await.until(line, IN_THE_BACKGROUND, () -> log.textFrom(before).contains(line)));
  }

  /** No token that is issued during one of the races is active afterwards, nor is the login's. */
  static void repeat(int times, Supplier<Race> race) {
    long issued = 0;
    // Without a token that is issued during a race, nothing has raced, and nothing is shown.
    for (int round = 0; round < times || (issued == 0 && round < MORE_ROUNDS * times); round++) {
      Race next = race.get();
      if (TestLength.isFull() && round < AT_THE_END_OF_A_SECOND) {
        awaitEndOfSecond();
      }
      issued += next.run();
    }
    assertThat(issued).isPositive();
  }

  /** A request that is answered with a conflict is repeated, as clients do. */
  private static void repeatOnConflict(Supplier<Answer> request) {
    Answer answer = request.get();
    for (int again = 1; again < ATTEMPTS && CONFLICTS.contains(answer.status()); again++) {
      answer = request.get();
    }
    answer.orFail();
  }

  /** So that some tokens are issued in a later second than that of the trigger. */
  private static void awaitEndOfSecond() {
    Await.until(
        "the end of a second", IN_THE_BACKGROUND, () -> Instant.now().getNano() > NEAR_THE_END);
  }

  private long run() {
    List<Answer> issued =
        Parallel.run(REFRESHES + 1, this::take).stream()
            .flatMap(Optional::stream)
            .filter(Answer::isOk)
            .toList();
    afterwards.run();
    issued.forEach(it -> login.with(it).assertRevoked("issued during the race"));
    login.assertRevoked("from before the race");
    return issued.size();
  }

  private Optional<Answer> take(int part) {
    if (part == REFRESHES) {
      trigger.run();
      return Optional.empty();
    }
    Answer answer = login.client().refresh(login.answer().refreshToken());
    assertThat(answer.status()).as("%s", answer.body()).isIn(200, 400, 401, 409);
    return Optional.of(answer);
  }
}
