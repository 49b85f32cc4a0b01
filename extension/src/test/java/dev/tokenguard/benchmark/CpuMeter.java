package dev.tokenguard.benchmark;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The CPU that processes use, user and kernel, by the figure it counts for. */
final class CpuMeter {

  private final Map<Figure, Long> pids = new EnumMap<>(Figure.class);
  private Map<Figure, Duration> before = Map.of();
  private Map<Figure, Duration> last = Map.of();

  CpuMeter(long keycloak, long redis) {
    pids.put(Figure.KEYCLOAK_CPU, keycloak);
    pids.put(Figure.REDIS_CPU, redis);
    pids.put(Figure.LOAD_CPU, ProcessHandle.current().pid());
  }

  void read() {
    before = last;
    last = new EnumMap<>(Figure.class);
    pids.forEach((figure, pid) -> last.put(figure, usedBy(pid)));
  }

  /** What was used between the last two readings. */
  Map<Figure, Duration> used() {
    Map<Figure, Duration> used = new EnumMap<>(Figure.class);
    last.forEach((figure, cpu) -> used.put(figure, cpu.minus(before.get(figure))));
    return used;
  }

  private static Duration usedBy(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow(
            () -> new BenchmarkFailure("This system does not tell the CPU time of process " + pid));
  }
}
