package dev.tokenguard.testbed.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The wall clock of a process, which can be set while the process runs, as a machine's clock is
 * when it was wrong. Whatever asks the system for the time is answered by libfaketime instead; the
 * monotonic clock, by which a JVM waits, goes on as ever.
 */
public final class WallClock implements AutoCloseable {

  /** Where Debian's package {@code libfaketime} has it. */
  private static final Path LIBRARIES = Path.of("/usr/lib");

  private static final Path LIBRARY = Path.of("faketime", "libfaketime.so.1");

  /**
   * What it leaves behind when a process is killed; then another one of that id would not start.
   */
  private static final Pattern LEFT_BEHIND =
      Pattern.compile("(?:faketime_shm|sem\\.faketime_sem)_(\\d+)");

  private final Path library;
  private final WorkFolder folder = WorkFolder.create("clock");

  private WallClock(Path library) {
    this.library = library;
    set(Duration.ZERO);
  }

  /** A clock that is right; empty where libfaketime is not installed. */
  public static Optional<WallClock> create() {
    try (Stream<Path> architectures = Files.list(LIBRARIES)) {
      return architectures
          .map(folder -> folder.resolve(LIBRARY))
          .filter(Files::exists)
          .findFirst()
          .map(WallClock::new);
    } catch (IOException noSuchFolder) {
      return Optional.empty();
    }
  }

  /** Makes a process that is started with it, and those below, go by this clock. */
  public Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "FAKETIME_TIMESTAMP_FILE", setting().toString(),
        "FAKETIME_CACHE_DURATION", "1",
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        // With that fix, meant for older versions of glibc, a JVM does not wait at all.
        "FAKETIME_FORCE_MONOTONIC_FIX", "0",
        "NO_FAKE_STAT", "1");
  }

  /** Moves the clock so far from the right time, forward or backward; seen within a second. */
  public void set(Duration offset) {
    try {
      Path next = Files.writeString(folder.resolve("next"), "%+d".formatted(offset.toSeconds()));
      Files.move(next, setting(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** When the processes have ended. */
  @Override
  public void close() {
    folder.delete();
    File[] shared = Path.of("/dev/shm").toFile().listFiles();
    for (File each : shared == null ? List.<File>of() : List.of(shared)) {
      Matcher name = LEFT_BEHIND.matcher(each.getName());
      if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
        each.delete();
      }
    }
  }

  private Path setting() {
    return folder.resolve("offset");
  }
}
