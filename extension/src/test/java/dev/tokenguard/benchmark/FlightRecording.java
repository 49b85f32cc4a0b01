package dev.tokenguard.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Java's own flight recorder in another process: what its CPU goes to, and what it allocates. */
final class FlightRecording {

  private static final String NAME = "name=benchmark";

  private final long pid;

  FlightRecording(long pid) {
    this.pid = pid;
  }

  /** Records while the flight lasts. */
  void record(Path file, Runnable flight) {
    tell("JFR.start", NAME, "settings=profile");
    flight.run();
    tell("JFR.stop", NAME, "filename=" + file);
  }

  private void tell(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(arguments));
    try {
      Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
      String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (jcmd.waitFor() != 0) {
        throw new BenchmarkFailure("The flight was not recorded: " + answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    }
  }
}
