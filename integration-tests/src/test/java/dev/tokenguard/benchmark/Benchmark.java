package dev.tokenguard.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.sun.management.OperatingSystemMXBean;
import dev.tokenguard.benchmark.Options.Part;
import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.benchmark.Report.Target;
import dev.tokenguard.benchmark.refresh.EndpointBenchmark;
import dev.tokenguard.benchmark.store.ClusterBenchmark;
import dev.tokenguard.benchmark.store.StoreBenchmark;
import dev.tokenguard.benchmark.store.VolumeBenchmark;
import java.io.IOException;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** {@code mvn -Pbench}; {@code mvn -Pbench -Dbench.help} explains it. */
public final class Benchmark {

  private Benchmark() {}

  /**
   * @param args the file with the options as properties
   */
  public static void main(String[] args) throws IOException {
    Properties properties = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of(args[0]))) {
      properties.load(file);
    }
    CommandLine line = Options.commandLine();
    Options options;
    try {
      options = Options.parse(line, properties);
    } catch (ParameterException invalid) {
      System.err.println(invalid.getMessage() + "; mvn -Pbench -Dbench.help lists the options.");
      System.exit(2);
      return;
    }
    if (options.help()) {
      line.usage(System.out);
      return;
    }
    Map<String, Object> machine = machine();
    Progress.say("%s", machine);
    // First: a run of half an hour must not fail because of the folder.
    Files.createDirectories(options.output());
    List<Report> reports = run(options);
    List<Target> targets = reports.stream().flatMap(each -> each.targets().stream()).toList();
    reports.forEach(each -> each.tables().forEach(table -> System.out.println(table.text())));
    targets.forEach(target -> System.out.println(target.text()));
    write(options.output(), machine, Options.describe(line), reports, targets);
    Progress.say("Written to %s", options.output().toAbsolutePath());
    if (options.part() == Part.SOAK && !targets.stream().allMatch(Target::isReached)) {
      throw new IllegalStateException("The soak did not hold, see the table above.");
    }
  }

  private static List<Report> run(Options options) {
    return switch (options.part()) {
      case STORE -> List.of(new StoreBenchmark(options).run());
      case REFRESH -> List.of(EndpointBenchmark.ofRotations(options));
      case CLUSTER -> List.of(new ClusterBenchmark(options).run());
      case COMPARE -> List.of(EndpointBenchmark.ofJars(options));
      case VOLUME -> List.of(VolumeBenchmark.run());
      case SOAK -> List.of(SoakBenchmark.run(options));
      case ALL ->
          List.of(
              new StoreBenchmark(options).run(),
              EndpointBenchmark.ofRotations(options),
              new ClusterBenchmark(options).run());
    };
  }

  private static void write(
      Path folder,
      Map<String, Object> machine,
      Map<String, Object> options,
      List<Report> reports,
      List<Target> targets)
      throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("date", LocalDate.now().toString());
    all.put("machine", machine);
    Map<String, String> versions = new TreeMap<>();
    reports.forEach(report -> versions.putAll(report.versions()));
    all.put("versions", versions);
    all.put("options", options);
    for (Report report : reports) {
      report.tables().forEach(table -> all.put(table.name(), table.json()));
      all.putAll(report.details());
    }
    all.put("targets", targets);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve("results.json").toFile(), all);
    for (Report report : reports) {
      for (Table table : report.tables()) {
        draw(table, folder);
      }
    }
  }

  private static void draw(Table table, Path folder) throws IOException {
    try {
      if (table.plot() != Plot.NONE) {
        Chart.draw(table, folder);
      }
    } catch (LinkageError | RuntimeException noFonts) {
      Progress.say("No plot: this Java cannot draw text, as without fontconfig (%s)", noFonts);
    }
  }

  /**
   * Where the figures come from. With a load average above a tenth or so, something else was
   * running before the benchmark began.
   */
  private static Map<String, Object> machine() throws IOException {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("processor", processor());
    machine.put("cores", system.getAvailableProcessors());
    machine.put("memoryGib", Math.round(system.getTotalMemorySize() / Math.pow(2, 30)));
    machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put(
        "java",
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    machine.put("loadAverage", system.getSystemLoadAverage());
    return machine;
  }

  private static String processor() throws IOException {
    Path linux = Path.of("/proc/cpuinfo");
    if (!Files.exists(linux)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(linux)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }
}
