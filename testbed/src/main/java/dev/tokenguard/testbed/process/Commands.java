package dev.tokenguard.testbed.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs of this machine that run to their end. */
public final class Commands {

  private Commands() {}

  /**
   * Runs a command.
   *
   * @return its output, standard error included
   * @throws IllegalStateException if its exit code is not 0
   */
  public static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + " ended with " + code + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public static String run(String... command) {
    return run(List.of(command));
  }

  /** The output of a diagnostic command to another Java process of the same user. */
  public static String jcmd(long pid, String command) {
    return run(toolOfJava("jcmd"), Long.toString(pid), command);
  }

  /** A program of the JDK that runs this code. */
  public static String toolOfJava(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** An executable file of this name on the PATH, or else in one of the other folders. */
  public static Optional<Path> executable(String name, String... otherFolders) {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of(otherFolders))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
