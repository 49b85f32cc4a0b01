package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.process.ServerLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A login that many refresh at once while something ends it.
 *
 * @param end returns when it was answered
 * @param settle returns when what goes on in the background is done
 */
record Race(Held login, Runnable end, Runnable settle) {

  private static final int REFRESHES = 6;
  private static final int MORE_ROUNDS = 10;

  private static final int UNAUTHORIZED = 401;

  /** Keycloak's answer when its database let another change of the session go first. */
  private static final int CONFLICT = 409;

  /** The same, where the other change shows while Keycloak reads (seen with 26.7.3). */
  private static final int CONFLICT_UNTOLD = 500;

  private static final int TRIES = 5;

  private static final Duration IN_THE_BACKGROUND = Duration.ofSeconds(30);

  Race(Held login, Runnable end) {
    this(login, end, () -> {});
  }

  /** Keycloak's answer comes before all are done; the log tells when they are. */
  static Race inTheBackground(Held login, Runnable end, String line) {
    ServerLog log = login.lab().keycloak().log();
    long before = log.size();
    return new Race(
        login,
        end,
        () -> Await.until(line, IN_THE_BACKGROUND, () -> log.textFrom(before).contains(line)));
  }

  /** No token that is born in one of the races works afterwards, nor does the login's. */
  static void repeat(int times, Supplier<Race> race) {
    long born = 0;
    // Without a token that is born in a race, nothing raced, and nothing was shown.
    for (int round = 0; round < times || (born == 0 && round < MORE_ROUNDS * times); round++) {
      born += race.get().run();
    }
    assertThat(born).isPositive();
  }

  /** Whoever ends something and is told of a conflict asks again; what counts is the success. */
  static void insist(Supplier<Answer> request) {
    Answer answer = request.get();
    for (int again = 1; again < TRIES && isConflict(answer); again++) {
      answer = request.get();
    }
    answer.orFail();
  }

  private static boolean isConflict(Answer answer) {
    return answer.status() == CONFLICT || answer.status() == CONFLICT_UNTOLD;
  }

  private long run() {
    List<Answer> born =
        Parallel.run(REFRESHES + 1, this::take).stream()
            .flatMap(Optional::stream)
            .filter(Answer::isOk)
            .toList();
    settle.run();
    born.forEach(it -> login.with(it).assertDead("born in the race"));
    login.assertDead("from before the race");
    return born.size();
  }

  private Optional<Answer> take(int part) {
    if (part == REFRESHES) {
      end.run();
      return Optional.empty();
    }
    Answer answer = login.client().refresh(login.answer().refreshToken());
    assertThat(answer.status()).as("%s", answer.body()).isIn(200, 400, UNAUTHORIZED, CONFLICT);
    return Optional.of(answer);
  }
}
