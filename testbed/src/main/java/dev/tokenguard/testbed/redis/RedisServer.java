package dev.tokenguard.testbed.redis;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.Commands;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.process.ServerLog;
import dev.tokenguard.testbed.process.ServerProcess;
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
  private final Optional<String> sentinelConfiguration;
  private final List<String> extraArguments;
  private final ServerProcess process = new ServerProcess("redis", "Redis");

  private RedisServer(
      Path binary, Optional<String> sentinelConfiguration, List<String> extraArguments) {
    this.binary = binary;
    this.port = LoopbackPort.free();
    this.sentinelConfiguration = sentinelConfiguration;
    this.extraArguments = extraArguments;
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
    try {
      // Redis loads it at its start if it exists. Replicas write one, too.
      Files.deleteIfExists(process.folder().resolve("dump.rdb"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    startAgain();
  }

  /** Runs commands as the owner: the default user, with the password of {@code --requirepass}. */
  public <T> T execute(Function<Jedis, T> commands) {
    DefaultJedisClientConfig.Builder owner =
        DefaultJedisClientConfig.builder().serverDefaultProtocol().timeoutMillis(10_000);
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

  private void startAgain() {
    process.start(command());
    boolean isUp = Await.holdsWithin(PATIENCE, () -> answers() || !isRunning());
    if (!isRunning() || !isUp) {
      throw process.failure("Redis did not start");
    }
  }

  /** Kills the server: connections break, and its data is lost. */
  public void stop() {
    // Forced: there is no data to save, and a stopped process handles no other signal.
    process.kill();
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    sentinelConfiguration
        .map(text -> process.folder().write("sentinel.conf", text).toString())
        .ifPresent(command::add);
    command.addAll(List.of("--port", String.valueOf(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--daemonize", "no", "--dir", process.folder().path().toString()));
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
    return process.isRunning();
  }

  public ServerLog log() {
    return process.log();
  }

  public long pid() {
    return process.pid();
  }

  /** The version, for example {@code 7.0.15}. */
  public String version() {
    String text = Commands.run(binary.toString(), "--version");
    Matcher matcher = VERSION.matcher(text);
    return matcher.find() ? matcher.group(1) : text.strip();
  }

  /** Freezes the server: connections stay open without a response. */
  public void pause() {
    Commands.run("kill", "-STOP", String.valueOf(pid()));
  }

  /** Resumes a frozen server. */
  public void resume() {
    Commands.run("kill", "-CONT", String.valueOf(pid()));
  }

  @Override
  public void close() {
    process.close();
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
    return Commands.executable("redis-server").orElseGet(RedisServer::carriedBinary);
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
