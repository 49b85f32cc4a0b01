package dev.tokenguard.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.sun.management.OperatingSystemMXBean;
import dev.tokenguard.benchmark.refresh.CommandCount;
import dev.tokenguard.benchmark.refresh.RefreshReport;
import dev.tokenguard.benchmark.refresh.RefreshReport.Figure;
import dev.tokenguard.benchmark.refresh.Variant;
import dev.tokenguard.benchmark.store.ClusterBenchmark.ClusterReport;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.faults.SoakReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All that a run has found out. */
public record Results(
    Machine machine,
    BenchmarkOptions options,
    Optional<RefreshReport> refresh,
    Optional<StoreReport> store,
    Optional<ClusterReport> cluster,
    Optional<SoakReport> soak) {

  public List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    refresh.map(Target::of).ifPresent(targets::addAll);
    store.map(Target::of).ifPresent(targets::addAll);
    cluster.map(Target::of).ifPresent(targets::addAll);
    soak.map(Target::of).ifPresent(targets::addAll);
    return targets;
  }

  /** What was measured with what. */
  public Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    refresh.ifPresent(report -> versions.putAll(report.versions()));
    store.ifPresent(report -> versions.put("redis", report.redisVersion()));
    cluster.ifPresent(report -> versions.put("redis", report.redisVersion()));
    return versions;
  }

  public String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("date", LocalDate.now().toString());
    all.put("machine", machine);
    all.put("versions", versions());
    all.put("options", options.describe());
    refresh.ifPresent(report -> all.put("refresh", variants(report)));
    store.ifPresent(report -> all.put("store", report));
    cluster.ifPresent(report -> all.put("cluster", report));
    soak.ifPresent(report -> all.put("soak", report));
    all.put("targets", targets());
    try {
      return new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .writeValueAsString(all)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> variants(RefreshReport report) {
    Map<String, Object> variants = new LinkedHashMap<>();
    for (Variant variant : Variant.values()) {
      Map<String, Object> one = new LinkedHashMap<>();
      for (Figure figure : Figure.values()) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("unit", figure.unit());
        shown.put("absolute", report.spread(variant, figure));
        if (Figure.COMPARED.contains(figure)) {
          shown.put("ratio", report.ratio(variant, Variant.NO_ROTATION, figure));
        }
        one.put(figure.title(), shown);
      }
      for (CommandCount.Pace pace : CommandCount.Pace.values()) {
        CommandCount count = report.count(variant, pace);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("refreshes", count.refreshes());
        shown.put("sql", count.sql());
        shown.put("redis", count.redis());
        one.put("counted at " + pace.title(), shown);
      }
      variants.put(variant.title(), one);
    }
    return variants;
  }

  /**
   * Where the figures come from.
   *
   * @param loadAverage of the last minute before the benchmark began: above a tenth or so,
   *     something else was running, too; negative where the system does not report it
   */
  public record Machine(
      String processor, int cores, long memoryGib, String system, String java, double loadAverage) {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final String MODEL = "model name";
    private static final long BYTES_PER_GIB = 1L << 30;

    public static Machine here() {
      OperatingSystemMXBean system =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      return new Machine(
          processorName(),
          system.getAvailableProcessors(),
          Math.round((double) system.getTotalMemorySize() / BYTES_PER_GIB),
          System.getProperty("os.name") + " " + System.getProperty("os.arch"),
          System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
          system.getSystemLoadAverage());
    }

    public String text() {
      return String.format(
          Locale.ROOT,
          "%d cores (%s), %d GiB, %s, %s, load average %.2f",
          cores,
          processor,
          memoryGib,
          system,
          java,
          loadAverage);
    }

    private static String processorName() {
      try (Stream<String> lines = Files.lines(CPU_INFO)) {
        return lines
            .filter(line -> line.startsWith(MODEL))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown");
      } catch (IOException notLinux) {
        return "unknown";
      }
    }
  }
}
