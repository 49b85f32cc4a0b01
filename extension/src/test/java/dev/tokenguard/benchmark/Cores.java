package dev.tokenguard.benchmark;

import java.io.IOException;
import java.util.Collection;
import java.util.Optional;

/**
 * The cores of this machine in two halves: one for Keycloak, one for the database, Redis and the
 * load. So the throughput is that of Keycloak, as where the others run on machines of their own.
 * Needs Linux and {@code taskset} (util-linux).
 */
final class Cores {

  private static final String COMMAND = "taskset";

  private final String ofKeycloak;
  private final String ofOthers;

  private Cores(String ofKeycloak, String ofOthers) {
    this.ofKeycloak = ofKeycloak;
    this.ofOthers = ofOthers;
  }

  /** Empty where there is one core only, or no command to assign them. */
  static Optional<Cores> inHalves() {
    int all = Runtime.getRuntime().availableProcessors();
    return all < 2 || !succeeds(COMMAND, "--version")
        ? Optional.empty()
        : Optional.of(new Cores(range(0, all / 2 - 1), range(all / 2, all - 1)));
  }

  /** Assigns all processes of this benchmark, with all their threads; later ones inherit it. */
  void assign(Collection<Long> keycloak) {
    assign(ofOthers, ProcessHandle.current().pid());
    ProcessHandle.current()
        .descendants()
        .filter(ProcessHandle::isAlive)
        .forEach(it -> assign(keycloak.contains(it.pid()) ? ofKeycloak : ofOthers, it.pid()));
  }

  @Override
  public String toString() {
    return ofKeycloak + " for Keycloak, " + ofOthers + " for the rest";
  }

  private static void assign(String cores, long pid) {
    boolean isDone = succeeds(COMMAND, "--all-tasks", "--cpu-list", "--pid", cores, "" + pid);
    if (!isDone && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
      throw new BenchmarkFailure(
          "Process "
              + pid
              + " could not be given the cores "
              + cores
              + "; try -Dbench.cores=shared");
    }
  }

  private static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException absent) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    }
  }

  private static String range(int first, int last) {
    return first == last ? "" + first : first + "-" + last;
  }
}
