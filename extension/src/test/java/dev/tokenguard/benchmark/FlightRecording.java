package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.process.Jcmd;
import java.nio.file.Path;

/** Java's own flight recorder in another process: what its CPU goes to, and what it allocates. */
final class FlightRecording {

  private static final String NAME = "name=benchmark";

  private final Jcmd jcmd;

  FlightRecording(long pid) {
    this.jcmd = new Jcmd(pid);
  }

  /** Records while the flight lasts. */
  void record(Path file, Runnable flight) {
    jcmd.tell("JFR.start", NAME, "settings=profile");
    flight.run();
    jcmd.tell("JFR.stop", NAME, "filename=" + file);
  }
}
