package dev.tokenguard.benchmark;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The CPU that processes use, user and kernel, by the figure it counts for. */
final class CpuMeter {

  private final Map<Figure, List<Long>> pids = new EnumMap<>(Figure.class);
  private Map<Figure, Duration> before = Map.of();
  private Map<Figure, Duration> last = Map.of();

  /**
   * @param keycloak all nodes
   */
  CpuMeter(List<Long> keycloak, long redis) {
    pids.put(Figure.KEYCLOAK_CPU, keycloak);
    pids.put(Figure.REDIS_CPU, List.of(redis));
    pids.put(Figure.LOAD_CPU, List.of(ProcessHandle.current().pid()));
  }

  void read() {
    before = last;
    last = new EnumMap<>(Figure.class);
    pids.forEach(
        (figure, processes) ->
            last.put(
                figure,
                processes.stream().map(CpuMeter::usedBy).reduce(Duration.ZERO, Duration::plus)));
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
