package dev.tokenguard.testbed.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Answer.UnexpectedAnswerException;
import dev.tokenguard.testbed.client.Http;
import dev.tokenguard.testbed.process.ServerLog;
import dev.tokenguard.testbed.process.ServerProcess;
import dev.tokenguard.testbed.process.WorkFolder;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An unmodified Keycloak distribution, copied to its own folder and run there on loopback ports.
 *
 * <p>A stopped server keeps its data and ports for the next {@link #start()}. Closing it deletes
 * its folder.
 */
public final class KeycloakServer implements Keycloak {

  /** The start mode of Keycloak. */
  public enum Mode {
    /** {@code kc.sh start-dev}: builds at the first start. */
    START_DEV,
    /** {@code kc.sh build}, then {@code kc.sh start --optimized}. */
    PRODUCTION
  }

  private static final Duration TIME_TO_BUILD = Duration.ofMinutes(5);
  private static final Duration TIME_TO_START = Duration.ofMinutes(4);
  private static final Duration TIME_TO_STOP = Duration.ofSeconds(30);

  /** Writing the archive of classes takes longer than the rest of a stop. */
  private static final Duration TIME_TO_ARCHIVE = Duration.ofMinutes(4);

  /**
   * The classes of a JVM that has terminated; another one that maps it starts in two thirds of the
   * time.
   */
  private static final String CLASSES = "classes.jsa";

  private final KeycloakSettings settings;
  private final ServerProcess process;
  private boolean hasDatabase;
  private String javaOptions = "";

  KeycloakServer(KeycloakSettings settings) {
    this(settings, WorkFolder.create("keycloak"));
  }

  private KeycloakServer(KeycloakSettings settings, WorkFolder folder) {
    this.settings = settings;
    this.process = new ServerProcess(folder, "Keycloak on port " + settings.httpPort());
  }

  public static KeycloakSettings.Builder builder() {
    return new KeycloakSettings.Builder();
  }

  /** A production build with the shaded JAR and the defaults of the tests. */
  public static KeycloakSettings.Builder guarded() {
    return builder()
        .mode(Mode.PRODUCTION)
        // The tests log in a thousand times, and do not test the strength of password hashes.
        .option(KeycloakSettings.PASSWORD_HASHING + "argon2--iterations", "1")
        .option(KeycloakSettings.PASSWORD_HASHING + "argon2--memory", "256")
        // On by default from Keycloak 26.8 on.
        .buildOption("features", "client-secret-rotation")
        // A client certificate in the header of a proxy; used only if that header is configured.
        .buildOption("spi-x509cert-lookup--provider", "haproxy")
        .provider(Path.of(System.getProperty("token.guard.jar")));
  }

  /** The same, as a node of a cluster with a shared database. */
  public static KeycloakSettings.Builder guardedNode(Database database) {
    return guarded()
        .database(database)
        .option("cache", "ispn")
        .option("cache-embedded-network-bind-address", "127.0.0.1");
  }

  @Override
  public URI baseUri() {
    return URI.create("http://127.0.0.1:" + settings.httpPort());
  }

  public URI managementUri() {
    return URI.create("http://127.0.0.1:" + settings.managementPort());
  }

  /** The folder of the distribution of this server. */
  public Path home() {
    return process.folder().resolve("kc");
  }

  public ServerLog log() {
    return process.log();
  }

  /** The process id of the JVM, not of the shell that started it. */
  public long pid() {
    return process.pid();
  }

  public boolean isRunning() {
    return process.isRunning();
  }

  void prepare() {
    Optional<Templates> templates = Templates.ofThisMachine();
    if (settings.mode() == Mode.PRODUCTION && !settings.alreadyBuilt() && templates.isPresent()) {
      new WorkFolder(home()).copyOf(builtTemplate(templates.get()));
    } else {
      copyAndBuild();
    }
    copyAll(settings.realms(), home().resolve("data").resolve("import"));
    if (settings.keepsDataInItsFolder()) {
      templates.map(this::startedTemplate).ifPresent(this::copyState);
      hasDatabase = templates.isPresent();
    }
  }

  private void copyAndBuild() {
    settings.progress().accept("copying the Keycloak distribution");
    new WorkFolder(home()).copyOf(settings.distribution(), "data");
    copyAll(settings.providers(), home().resolve("providers"));
    if (!settings.alreadyBuilt()) {
      rebuild();
    }
  }

  /** The distribution with the provider JARs after {@code kc.sh build}. */
  private Path builtTemplate(Templates templates) {
    List<String> texts = new ArrayList<>(settings.buildArguments());
    texts.add(version(settings.distribution()));
    settings.providers().forEach(jar -> texts.add(jar.getFileName().toString()));
    return templates.of(
        "keycloak",
        texts,
        settings.providers(),
        draft -> {
          copyAndBuild();
          draft.copyOf(home(), "data");
          new WorkFolder(home()).delete();
        });
  }

  /**
   * The folder of a server after its first start: its database has the schema, the administrator
   * and the realms, and the classes of its JVM are archived.
   */
  private Path startedTemplate(Templates templates) {
    List<Path> files = new ArrayList<>(jars());
    files.addAll(settings.realms());
    return templates.of(
        "started",
        List.of(version(home()), settings.optionsOfFirstStart(Map.of()).toString()),
        files,
        folder -> {
          KeycloakServer first =
              new KeycloakServer(
                  settings.ofFirstStart(
                      home(), jars().isEmpty() ? Map.of() : KeycloakSettings.unreachableRedis()),
                  folder);
          first.copyAndBuild();
          copyAll(settings.realms(), first.home().resolve("data").resolve("import"));
          first.javaOptions =
              "-XX:ArchiveClassesAtExit=../"
                  + (CLASSES + " -Xlog:cds=off -Xlog:cds+dynamic=off ")
                  + KeycloakSettings.FIRST_COMPILER_ONLY;
          first.start();
          first.process.stopAndKeepFolder(TIME_TO_ARCHIVE);
        });
  }

  private void copyState(Path started) {
    Path h2 = Path.of("data", "h2");
    new WorkFolder(home().resolve(h2)).copyOf(started.resolve("kc").resolve(h2));
    if (Files.exists(started.resolve(CLASSES))) {
      process.folder().linkTo(started.resolve(CLASSES));
      javaOptions = "-XX:SharedArchiveFile=../" + CLASSES;
    }
  }

  private List<Path> jars() {
    try (Stream<Path> files = Files.list(home().resolve("providers"))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String version(Path distribution) {
    try {
      return Files.readString(distribution.resolve("version.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All metrics, in the format of Prometheus. */
  public String metrics() {
    return new Http().text(HttpRequest.newBuilder(managementUri().resolve("/metrics"))).body();
  }

  /**
   * The value of a metric; 0 if it does not exist.
   *
   * @param series name and tags, in the format of Prometheus
   */
  public double metric(String series) {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .sum();
  }

  /** The result of {@code /health/ready}. */
  public Readiness readiness() {
    Answer answer =
        new Http().send(HttpRequest.newBuilder(managementUri().resolve("/health/ready")));
    return StreamSupport.stream(answer.body().path("checks").spliterator(), false)
        .filter(check -> check.path("name").asText().equals("Token Guard Redis connection"))
        .findFirst()
        .map(check -> new Readiness(answer.status(), check))
        .orElseThrow(
            () -> new UnexpectedAnswerException("no check of Token Guard: " + answer.body()));
  }

  /**
   * Runs {@code kc.sh build} in production mode, as required after a change of the folder {@code
   * providers}; in development mode, the next start does this.
   */
  public void rebuild() {
    if (settings.mode() == Mode.START_DEV) {
      return;
    }
    settings.progress().accept("building Keycloak for production");
    run(settings.buildArguments(), KeycloakSettings.FIRST_COMPILER_ONLY);
    if (!process.succeedsWithin(TIME_TO_BUILD)) {
      throw process.failure("kc.sh build failed");
    }
  }

  /** Starts the server and returns once it is ready and serves its realm. */
  public void start() {
    settings.progress().accept("starting Keycloak");
    run(settings.startArguments(!hasDatabase), javaOptions);
    hasDatabase = true;
    if (settings.hasHealthEndpoints()) {
      awaitAnswer(managementUri().resolve("/health/ready"));
    }
    for (String realm : settings.realmNames()) {
      awaitAnswer(baseUri().resolve("/realms/" + realm + "/.well-known/openid-configuration"));
    }
  }

  /** Stops the server gracefully. */
  public void stop() {
    process.stop(TIME_TO_STOP);
  }

  /** Kills the server, as a power failure would. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }

  private void run(List<String> arguments, String moreJavaOptions) {
    Map<String, String> environment = new LinkedHashMap<>(settings.environment());
    environment.merge("JAVA_OPTS_APPEND", moreJavaOptions, (given, more) -> given + " " + more);
    process.start(KeycloakSettings.command(home(), arguments), home(), environment);
  }

  private void awaitAnswer(URI uri) {
    settings.progress().accept("waiting for " + uri);
    Http http = new Http();
    Await.holdsWithin(TIME_TO_START, () -> !isRunning() || http.answersOk(uri));
    if (!isRunning()) {
      throw process.failure("Keycloak terminated during its start");
    }
    if (!http.answersOk(uri)) {
      throw process.failure("Keycloak did not respond at " + uri);
    }
  }

  private static void copyAll(List<Path> files, Path target) {
    try {
      Files.createDirectories(target);
      for (Path file : files) {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether the node is ready.
   *
   * @param check the check of Redis
   */
  public record Readiness(int status, JsonNode check) {

    public boolean isUp() {
      return check.path("status").asText().equals("UP");
    }

    /** Redis responds and the breaker is closed. */
    public boolean seesRedis() {
      return redis().equals("reachable") && circuitBreaker().equals("closed");
    }

    public String redis() {
      return check.path("data").path("redis").asText();
    }

    public String circuitBreaker() {
      return check.path("data").path("circuit-breaker").asText();
    }
  }
}
