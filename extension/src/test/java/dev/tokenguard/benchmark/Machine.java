package dev.tokenguard.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where the figures come from.
 *
 * @param loadAverage of the last minute before the benchmark began: above a tenth or so, something
 *     else was running, too; negative where the system does not tell
 */
record Machine(
    String processor, int cores, long memoryGib, String system, String java, double loadAverage) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String MODEL = "model name";
  private static final long BYTES_PER_GIB = 1L << 30;

  static Machine here() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        processorName(),
        system.getAvailableProcessors(),
        Math.round((double) system.getTotalMemorySize() / BYTES_PER_GIB),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        system.getSystemLoadAverage());
  }

  String text() {
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
