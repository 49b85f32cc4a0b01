package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Every answer that clients got, and all violations of what is promised to them. */
final class Ledger {

  private static final Set<Integer> ALLOWED = Set.of(200, 204, 400, 401, 503);

  private static final int SHOWN = 40;

  /**
   * @param begin of the request, by {@link System#nanoTime()}
   * @param end of the answer
   */
  record Entry(String client, String request, int status, String error, long begin, long end) {

    Duration took() {
      return Duration.ofNanos(end - begin);
    }

    @Override
    public String toString() {
      return "%-16s %-10s %d %s (%d ms)"
          .formatted(client, request, status, error, took().toMillis());
    }
  }

  private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  Answer record(String client, String name, Supplier<Answer> request) {
    long begin = System.nanoTime();
    Answer answer = request.get();
    entries.add(new Entry(client, name, answer.status(), answer.error(), begin, System.nanoTime()));
    if (!ALLOWED.contains(answer.status())) {
      violation(client, name + " was answered " + answer.status() + ": " + answer.body());
    }
    if (answer.status() == 503
        && (!answer.error().equals("temporarily_unavailable")
            || answer.headers().firstValueAsLong("Retry-After").orElse(0) <= 0)) {
      violation(client, "a 503 without what a client needs: " + answer.body());
    }
    return answer;
  }

  void violation(String client, String what) {
    violations.add(client + ": " + what);
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  long size() {
    return entries.size();
  }

  long count(int status) {
    return entries.stream().filter(entry -> entry.status() == status).count();
  }

  Duration p99() {
    List<Duration> times = entries.stream().map(Entry::took).sorted().toList();
    return times.get((int) Math.ceil(times.size() * 0.99) - 1);
  }

  /** How often one client, which always has a request in progress, waited longer than this. */
  long pausesLongerThan(Duration limit) {
    long pauses = 0;
    List<Entry> all = List.copyOf(entries);
    for (int index = 0; index < all.size(); index++) {
      long last = index == 0 ? all.get(0).begin() : all.get(index - 1).end();
      pauses += all.get(index).end() - last > limit.toNanos() ? 1 : 0;
    }
    return pauses;
  }

  /** The last entries, and how many there are of each status. */
  @Override
  public String toString() {
    List<Entry> all = List.copyOf(entries);
    return all.stream().collect(Collectors.groupingBy(Entry::status, Collectors.counting()))
        + "\n"
        + all.stream()
            .skip(Math.max(0, all.size() - SHOWN))
            .map(Entry::toString)
            .collect(Collectors.joining("\n"));
  }
}
