package dev.tokenguard.testbed.redis;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.AtExit;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.process.ProcessTree;
import dev.tokenguard.testbed.process.ServerLog;
import dev.tokenguard.testbed.process.WorkFolder;
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
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
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
  static RedisServer sentinel(String configuration, String... extraArguments) {
    return started(
        new RedisServer(findBinary(), Optional.of(configuration), List.of(extraArguments)));
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

  /** Runs commands as the owner: the default user, with the password of {@code --requirepass}. */
  public <T> T execute(Function<Jedis, T> commands) {
    DefaultJedisClientConfig.Builder owner =
        DefaultJedisClientConfig.builder().serverDefaultProtocol();
    int option = extraArguments.indexOf("--requirepass");
    if (option >= 0) {
      owner.password(extraArguments.get(option + 1));
    }
    try (Jedis jedis = new Jedis(new HostAndPort("127.0.0.1", port), owner.build())) {
      return commands.apply(jedis);
    }
  }

  /** Saves the content of the server to a file, for {@link #restoreBackup()}. */
  public void backUp() {
    execute(Jedis::save);
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
    sentinelConfiguration
        .map(text -> folder.write("sentinel.conf", text).toString())
        .ifPresent(command::add);
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
    String text = ProcessTree.run(binary.toString(), "--version");
    Matcher matcher = VERSION.matcher(text);
    return matcher.find() ? matcher.group(1) : text.strip();
  }

  /** Freezes the server: connections stay open without a response. */
  public void pause() {
    ProcessTree.run("kill", "-STOP", String.valueOf(pid()));
  }

  /** Resumes a frozen server. */
  public void resume() {
    ProcessTree.run("kill", "-CONT", String.valueOf(pid()));
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
    return ProcessTree.executable("redis-server").orElseGet(RedisServer::carriedBinary);
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
}
