package dev.tokenguard.testbed.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server with its folder, its log, and its process with all descendants. It ends, and its folder
 * is deleted, on close or when the JVM terminates.
 *
 * <p>{@code kc.sh} is a shell that waits for its JVM: it forwards SIGTERM, but after a SIGKILL the
 * JVM would continue.
 */
public final class ServerProcess implements AutoCloseable {

  private final WorkFolder folder;
  private final ServerLog log;
  private final Thread atExit = new Thread(this::end);
  private Process root;

  /**
   * @param kind the first part of the name of its folder
   * @param name in the output of failed tests
   */
  public ServerProcess(String kind, String name) {
    this(WorkFolder.create(kind), name);
  }

  /** In a folder that exists. */
  public ServerProcess(WorkFolder folder, String name) {
    this.folder = folder;
    log = new ServerLog(name, folder.resolve("server.log"));
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  public WorkFolder folder() {
    return folder;
  }

  public ServerLog log() {
    return log;
  }

  /** Starts a command in the folder of the server; its output is appended to the log. */
  public void start(List<String> command) {
    start(command, folder.path(), Map.of());
  }

  /** Starts a command whose output is appended to the log. */
  public void start(List<String> command, Path directory, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    // The developer's Keycloak and JVM settings must not affect the server under test.
    builder
        .environment()
        .keySet()
        .removeIf(
            name -> name.startsWith("KC_") || name.startsWith("JAVA_OPTS") || name.equals("DEBUG"));
    builder.environment().putAll(environment);
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()));
    try {
      root = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.get(0), e);
    }
  }

  /** The id of the working process: the JVM below a shell, otherwise the root. */
  public long pid() {
    return worker().pid();
  }

  public boolean isRunning() {
    return root != null && root.isAlive();
  }

  /** Whether the process has terminated with the exit code 0 within the limit. */
  public boolean succeedsWithin(Duration limit) {
    return endsWithin(limit) && root.exitValue() == 0;
  }

  /** Requests the worker to terminate, and kills the whole tree after the limit. */
  public void stop(Duration limit) {
    if (root != null) {
      List<ProcessHandle> tree = tree();
      worker().destroy();
      if (!endsWithin(limit)) {
        tree.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** The same; the folder remains after the JVM terminates. */
  public void stopAndKeepFolder(Duration limit) {
    stop(limit);
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  /** Kills the whole tree, as a power failure would. */
  public void kill() {
    if (root != null) {
      tree().forEach(ProcessHandle::destroyForcibly);
      endsWithin(Duration.ofSeconds(10));
    }
  }

  /** Kills the server, and reports the last lines of its log. */
  public IllegalStateException failure(String what) {
    String lines = log.tail(60);
    kill();
    return new IllegalStateException(what + ". Last lines of its log:\n" + lines);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException javaEnds) {
      return;
    }
    end();
  }

  private void end() {
    // Forced, because the data is deleted next.
    kill();
    folder.delete();
  }

  private boolean endsWithin(Duration limit) {
    try {
      return root.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private ProcessHandle worker() {
    return root.descendants().filter(ProcessHandle::isAlive).findFirst().orElse(root.toHandle());
  }

  private List<ProcessHandle> tree() {
    List<ProcessHandle> tree = new ArrayList<>(List.of(root.toHandle()));
    root.descendants().forEach(tree::add);
    return tree;
  }
}
