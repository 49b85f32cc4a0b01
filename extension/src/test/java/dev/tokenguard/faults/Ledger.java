package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every answer that a client got, and whatever was not as it should be. */
public final class Ledger {

  private static final Set<Integer> ALLOWED = Set.of(200, 204, 400, 401, 503);

  private static final int SHOWN = 40;

  /**
   * @param begin of the request, by the clock of the ledger, in ns
   * @param end likewise, of the answer
   */
  record Entry(String actor, String action, int status, String error, long begin, long end) {

    Duration took() {
      return Duration.ofNanos(end - begin);
    }

    @Override
    public String toString() {
      return "%-16s %-10s %d %s (%d ms)".formatted(actor, action, status, error, took().toMillis());
    }
  }

  private final LongSupplier clock;
  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  Ledger() {
    this(System::nanoTime);
  }

  /**
   * @param clock in ns
   */
  Ledger(LongSupplier clock) {
    this.clock = clock;
  }

  Answer record(String actor, String action, Supplier<Answer> request) {
    long begin = clock.getAsLong();
    Answer answer = request.get();
    long end = clock.getAsLong();
    entries.add(new Entry(actor, action, answer.status(), answer.error(), begin, end));
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

  /** When there was an answer; before the first one, the client was there when it asked. */
  Pulse pulse() {
    return new Pulse(
        Stream.concat(entries.stream().limit(1).map(Entry::begin), entries.stream().map(Entry::end))
            .toList());
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
