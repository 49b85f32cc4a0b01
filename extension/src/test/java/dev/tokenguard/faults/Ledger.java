package dev.tokenguard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Every answer that a client got, and whatever was not as it should be. */
public final class Ledger {

  private static final Set<Integer> ALLOWED = Set.of(200, 204, 400, 401, 503);

  private static final int SHOWN = 40;

  record Entry(String actor, String action, int status, String error, Duration took) {

    @Override
    public String toString() {
      return "%-16s %-10s %d %s (%d ms)".formatted(actor, action, status, error, took.toMillis());
    }
  }

  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private volatile Duration usual = Duration.ZERO;

  Answer record(String actor, String action, Supplier<Answer> request) {
    long begin = System.nanoTime();
    Answer answer = request.get();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    entries.add(new Entry(actor, action, answer.status(), answer.error(), took));
    if (!ALLOWED.contains(answer.status())) {
      violation(actor, action + " was answered " + answer.status() + ": " + answer.body());
    }
    if (answer.status() == 503 && isBadPostponement(answer)) {
      violation(actor, "a 503 without what a client needs: " + answer.body());
    }
    return answer;
  }

  private static boolean isBadPostponement(Answer answer) {
    return !answer.error().equals("temporarily_unavailable")
        || answer.headers().firstValueAsLong("Retry-After").orElse(0) <= 0;
  }

  void violation(String actor, String what) {
    violations.add(actor + ": " + what);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  long size() {
    return entries.size();
  }

  long count(int status) {
    return entries.stream().filter(entry -> entry.status() == status).count();
  }

  /** So long did 99 of 100 answers take at most. */
  Duration p99() {
    List<Duration> sorted = entries.stream().map(Entry::took).sorted().toList();
    return sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
  }

  /** So long do answers take on this machine when all is well. */
  void faultBegins() {
    usual = p99();
  }

  /**
   * @param added by the fault to the time of an answer, at most
   */
  void assertClean(Duration added) {
    assertThat(violations).as("%s", this).isEmpty();
    assertThat(p99()).as("p99; %s", this).isLessThan(usual.plus(added));
  }

  /** A machine that is busy may miss a time-out by itself, now and then. */
  void assertHardlyAnythingWasPostponed() {
    assertThat(count(503)).as("%s", this).isLessThanOrEqualTo(entries.size() / 20);
  }

  /** The last entries, and how many there are of each status. */
  @Override
  public String toString() {
    List<Entry> all = entries();
    return all.stream().collect(Collectors.groupingBy(Entry::status, Collectors.counting()))
        + "\n"
        + all.stream()
            .skip(Math.max(0, all.size() - SHOWN))
            .map(Entry::toString)
            .collect(Collectors.joining("\n"));
  }
}
