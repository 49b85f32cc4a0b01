package dev.tokenguard.testbed.server;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.Commands;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.process.ServerLog;
import dev.tokenguard.testbed.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nginx of this machine with a given configuration, on a loopback port. It writes to its own
 * folder and needs no privileges.
 */
public final class NginxServer implements AutoCloseable {

  /** The path in the packages of Debian and nginx.org. */
  private static final Path NJS = Path.of("/usr/lib/nginx/modules/ngx_http_js_module.so");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int port;
  private final ServerProcess process = new ServerProcess("nginx", "nginx");

  private NginxServer(Path configuration, int port, Map<String, String> changes) {
    this.port = port;
    process.folder().write("nginx.conf", changed(read(configuration), changes));
    process.start(command());
  }

  /** Whether nginx and its JavaScript module are installed. */
  public static boolean isInstalled() {
    return Files.exists(NJS) && binary().isPresent();
  }

  /**
   * Starts a server and returns when it responds.
   *
   * @param port the port of the changed configuration
   * @param changes texts of the configuration and their replacements; each text must occur
   */
  public static NginxServer start(Path configuration, int port, Map<String, String> changes) {
    NginxServer server = new NginxServer(configuration, port, changes);
    Await.holdsWithin(PATIENCE, () -> LoopbackPort.isServed(port) || !server.process.isRunning());
    if (!server.process.isRunning()) {
      throw server.process.failure("nginx did not start");
    }
    return server;
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The error log; {@link #accessLog()} has the requests. */
  public ServerLog log() {
    return process.log();
  }

  public ServerLog accessLog() {
    return new ServerLog("requests at nginx", process.folder().resolve("access.log"));
  }

  @Override
  public void close() {
    process.close();
  }

  private List<String> command() {
    return List.of(
        binary().orElseThrow().toString(),
        "-p",
        process.folder().path().toString(),
        "-c",
        process.folder().resolve("nginx.conf").toString(),
        "-e",
        "stderr",
        "-g",
        "daemon off; pid nginx.pid;");
  }

  private String changed(String configuration, Map<String, String> changes) {
    // Workers of another user could not read the folder; one worker is sufficient.
    String text =
        replaced(configuration, "user www-data;", "user " + System.getProperty("user.name") + ";");
    text = replaced(text, "worker_processes auto;", "worker_processes 1;");
    text = replaced(text, "http {", "http {\n" + ownFiles());
    for (Map.Entry<String, String> change : changes.entrySet()) {
      text = replaced(text, change.getKey(), change.getValue());
    }
    return text;
  }

  private static String replaced(String text, String old, String replacement) {
    if (!text.contains(old)) {
      throw new IllegalArgumentException("the configuration of nginx does not have: " + old);
    }
    return text.replace(old, replacement);
  }

  private static String ownFiles() {
    return """
          access_log access.log;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
        """;
  }

  private static String read(Path configuration) {
    try {
      return Files.readString(configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On Debian, the directory is not on the PATH of all users. */
  private static Optional<Path> binary() {
    return Commands.executable("nginx", "/usr/sbin");
  }
}
