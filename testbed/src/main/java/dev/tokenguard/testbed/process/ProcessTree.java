package dev.tokenguard.testbed.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process and its descendants. {@code kc.sh} is a shell that waits for its JVM: it forwards
 * SIGTERM, but after a SIGKILL the JVM would continue.
 */
public final class ProcessTree {

  private final Process root;

  private ProcessTree(Process root) {
    this.root = root;
  }

  /** Starts a command whose output is appended to a file. */
  public static ProcessTree start(
      List<String> command, Path folder, Map<String, String> environment, Path log) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // The developer's Keycloak and JVM settings must not affect the server under test.
    builder
        .environment()
        .keySet()
        .removeIf(
            name -> name.startsWith("KC_") || name.startsWith("JAVA_OPTS") || name.equals("DEBUG"));
    builder.environment().putAll(environment);
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return new ProcessTree(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.get(0), e);
    }
  }

  /**
   * Runs a command to its end.
   *
   * @return its output, standard error included
   * @throws IllegalStateException if its exit code is not 0
   */
  public static String run(String... command) {
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

  /** An executable file of this name on the PATH, or else in one of the other folders. */
  public static Optional<Path> executable(String name, String... otherFolders) {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of(otherFolders))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The working process: the JVM below a shell, otherwise the root. */
  public ProcessHandle worker() {
    return root.descendants().filter(ProcessHandle::isAlive).findFirst().orElse(root.toHandle());
  }

  public boolean isAlive() {
    return root.isAlive();
  }

  public int exitCode() {
    return root.exitValue();
  }

  public boolean endsWithin(Duration limit) {
    try {
      return root.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Requests the worker to terminate, and kills the whole tree after the limit. */
  public void stop(Duration limit) {
    List<ProcessHandle> tree = tree();
    worker().destroy();
    if (!endsWithin(limit)) {
      tree.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** Kills the whole tree, as a power failure would. */
  public void kill() {
    tree().forEach(ProcessHandle::destroyForcibly);
    endsWithin(Duration.ofSeconds(10));
  }

  private List<ProcessHandle> tree() {
    List<ProcessHandle> tree = new ArrayList<>(List.of(root.toHandle()));
    root.descendants().forEach(tree::add);
    return tree;
  }
}
