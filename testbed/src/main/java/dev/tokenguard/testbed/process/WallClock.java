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
 * The wall clock of a process, which can be set while the process runs, as when the clock of a
 * machine is corrected. libfaketime replaces the system calls for the time. The monotonic clock,
 * which a JVM uses to wait, is unchanged.
 */
public final class WallClock implements AutoCloseable {

  /** The path in Debian's package {@code libfaketime}. */
  private static final Path LIBRARIES = Path.of("/usr/lib");

  private static final Path LIBRARY = Path.of("faketime", "libfaketime.so.1");

  /**
   * Files that remain after a process was killed; another process with the same id would not start.
   */
  private static final Pattern LEFT_BEHIND =
      Pattern.compile("(?:faketime_shm|sem\\.faketime_sem)_(\\d+)");

  private final Path library;
  private final WorkFolder folder = WorkFolder.create("clock");

  private WallClock(Path library) {
    this.library = library;
    set(Duration.ZERO);
  }

  /** A correct clock; empty if libfaketime is not installed. */
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

  /** The environment in which a process and its descendants use this clock. */
  public Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "FAKETIME_TIMESTAMP_FILE", setting().toString(),
        "FAKETIME_CACHE_DURATION", "1",
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        // With this workaround for older versions of glibc, a JVM does not wait at all.
        "FAKETIME_FORCE_MONOTONIC_FIX", "0",
        "NO_FAKE_STAT", "1");
  }

  /** Sets the difference to the correct time; takes effect within a second. */
  public void set(Duration offset) {
    try {
      Path next = Files.writeString(folder.resolve("next"), "%+d".formatted(offset.toSeconds()));
      Files.move(next, setting(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Call it after the processes have terminated. */
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
