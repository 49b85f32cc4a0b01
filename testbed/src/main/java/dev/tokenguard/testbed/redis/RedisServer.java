package dev.tokenguard.testbed.redis;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.AtExit;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.process.ProcessTree;
import dev.tokenguard.testbed.process.ServerLog;
import dev.tokenguard.testbed.process.WorkFolder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis on a free loopback port that writes nothing to disk except a requested backup: the
 * {@code redis-server} on the PATH, otherwise the binary of {@code org.signal:embedded-redis}.
 */
public final class RedisServer implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern VERSION = Pattern.compile("v=(\\S+)");

  private final Path binary;
  private final int port;
  private final WorkFolder folder;
  private final ServerLog log;
  private final Optional<String> sentinelConfiguration;
  private final List<String> extraArguments;
  private final AtExit atExit;
  private ProcessTree process;

  private RedisServer(
      Path binary, Optional<String> sentinelConfiguration, List<String> extraArguments) {
    this.binary = binary;
    this.port = LoopbackPort.free();
    this.folder = WorkFolder.create("redis");
    this.log = new ServerLog("Redis", folder.resolve("redis.log"));
    this.sentinelConfiguration = sentinelConfiguration;
    this.extraArguments = extraArguments;
    this.atExit = new AtExit(this::end);
  }

  /**
   * Starts a server and returns when it responds.
   *
   * @param extraArguments additional arguments of {@code redis-server}; they take precedence
   */
  public static RedisServer start(String... extraArguments) {
    return started(new RedisServer(findBinary(), Optional.empty(), List.of(extraArguments)));
  }

  /** Starts a Sentinel: the same program in another mode, which writes its configuration file. */
  static RedisServer sentinel(String configuration) {
    return started(new RedisServer(findBinary(), Optional.of(configuration), List.of()));
  }

  private static RedisServer started(RedisServer server) {
    server.restart();
    return server;
  }

  /** Starts the server again without data, on the same port. */
  public void restart() {
    stop();
    delete(backup());
    startAgain();
  }

  /** Saves the data of a server without a password. */
  public void backUp() {
    try (Jedis jedis = new Jedis("127.0.0.1", port)) {
      jedis.save();
    }
  }

  /** Starts the server again on the same port, with the data of {@link #backUp()}. */
  public void restoreBackup() {
    stop();
    startAgain();
  }

  /** Redis loads it at its start if it exists. Replicas write one, too. */
  private Path backup() {
    return folder.resolve("dump.rdb");
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startAgain() {
    process = ProcessTree.start(command(), folder.path(), Map.of(), log.file());
    boolean isUp = Await.holdsWithin(PATIENCE, () -> answers() || !process.isAlive());
    if (!process.isAlive() || !isUp) {
      String text = log.tail(60);
      close();
      throw new IllegalStateException("Redis did not start. Its log:\n" + text);
    }
  }

  /** Kills the server: connections break, and its data is lost. */
  public void stop() {
    // Forced: there is no data to save, and a stopped process handles no other signal.
    if (process != null) {
      process.kill();
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    sentinelConfiguration.map(this::written).ifPresent(command::add);
    command.addAll(List.of("--port", String.valueOf(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--daemonize", "no", "--dir", folder.path().toString()));
    if (sentinelConfiguration.isPresent()) {
      command.add("--sentinel");
    } else {
      command.addAll(List.of("--save", "", "--appendonly", "no"));
    }
    command.addAll(extraArguments);
    return command;
  }

  private String written(String configuration) {
    try {
      return Files.writeString(folder.resolve("sentinel.conf"), configuration).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public URI uri() {
    return URI.create("redis://127.0.0.1:" + port);
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  public ServerLog log() {
    return log;
  }

  public long pid() {
    return process.worker().pid();
  }

  /** The version, for example {@code 7.0.15}. */
  public String version() {
    String text = run(binary.toString(), "--version");
    Matcher matcher = VERSION.matcher(text);
    return matcher.find() ? matcher.group(1) : text.strip();
  }

  /** Freezes the server: connections stay open without a response. */
  public void pause() {
    run("kill", "-STOP", String.valueOf(pid()));
  }

  /** Resumes a frozen server. */
  public void resume() {
    run("kill", "-CONT", String.valueOf(pid()));
  }

  @Override
  public void close() {
    atExit.close();
  }

  private void end() {
    stop();
    folder.delete();
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      socket.setSoTimeout(500);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] reply = socket.getInputStream().readNBytes(5);
      // A server that requires a password is ready, too.
      return List.of("+PONG", "-NOAU").contains(new String(reply, StandardCharsets.US_ASCII));
    } catch (IOException notYet) {
      return false;
    }
  }

  private static Path findBinary() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseGet(RedisServer::carriedBinary);
  }

  private static Path carriedBinary() {
    try {
      return RedisExecProvider.defaultProvider().get().toPath().toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "no redis-server on the PATH, and org.signal:embedded-redis has none for this platform",
          e);
    }
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(
            String.join(" ", command) + " terminated with " + code + ": " + text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
