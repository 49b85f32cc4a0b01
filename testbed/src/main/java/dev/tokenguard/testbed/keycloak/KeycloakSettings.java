package dev.tokenguard.testbed.keycloak;

import dev.tokenguard.testbed.client.Json;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The settings of a {@link KeycloakServer}; names of options are without the leading dashes. */
public record KeycloakSettings(
    Path distribution,
    boolean alreadyBuilt,
    Mode mode,
    List<Path> providers,
    List<Path> realms,
    Map<String, String> buildOptions,
    Map<String, String> options,
    Map<String, String> environment,
    int httpPort,
    int managementPort,
    Consumer<String> progress) {

  static final String PASSWORD_HASHING = "spi-password-hashing--";

  static final String FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

  /** Name and password of the administrator of the master realm. */
  public static final String ADMIN = "admin";

  /** The command line of {@code kc.sh}, or of {@code kc.bat} on Windows. */
  static List<String> command(Path home, List<String> arguments) {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve(windows ? "kc.bat" : "kc.sh").toString());
    command.addAll(arguments);
    return command;
  }

  List<String> buildArguments() {
    List<String> arguments = new ArrayList<>(List.of("build"));
    addTo(arguments, effectiveBuildOptions());
    return arguments;
  }

  /**
   * @param imports the realms, which takes some seconds even if they exist
   */
  List<String> startArguments(boolean imports) {
    List<String> arguments = new ArrayList<>();
    Map<String, String> all = new LinkedHashMap<>();
    if (mode == Mode.START_DEV) {
      arguments.add("start-dev");
      all.putAll(effectiveBuildOptions());
    } else {
      arguments.addAll(List.of("start", "--optimized"));
      all.put("http-enabled", "true");
      all.put("hostname", "http://127.0.0.1:" + httpPort);
    }
    if (imports && !realms.isEmpty()) {
      arguments.add("--import-realm");
    }
    all.put("http-host", "127.0.0.1");
    all.put("http-port", String.valueOf(httpPort));
    all.put("http-management-host", "127.0.0.1");
    all.put("http-management-port", String.valueOf(managementPort));
    all.put("cache", "local");
    all.putAll(options);
    addTo(arguments, all);
    return arguments;
  }

  /** In production mode without a separate database: an H2 that the first start creates. */
  boolean keepsDataInItsFolder() {
    return mode == Mode.PRODUCTION
        && effectiveBuildOptions().get("db").equals("dev-file")
        && !options.containsKey("db-url");
  }

  boolean hasHealthEndpoints() {
    return effectiveBuildOptions().get("health-enabled").equals("true");
  }

  /** A server with the same build that is started once to create the database. */
  KeycloakSettings ofFirstStart(Path built, Map<String, String> others) {
    return new KeycloakSettings(
        built,
        true,
        mode,
        List.of(),
        realms,
        buildOptions,
        optionsOfFirstStart(others),
        environment,
        LoopbackPort.free(),
        LoopbackPort.free(),
        progress);
  }

  /** The settings that the content of the database depends on, and some others. */
  Map<String, String> optionsOfFirstStart(Map<String, String> others) {
    Map<String, String> all = new LinkedHashMap<>(options);
    all.keySet().removeIf(name -> !name.startsWith(PASSWORD_HASHING));
    all.putAll(others);
    return all;
  }

  /** The import needs the executor, but does not connect to Redis. */
  static Map<String, String> unreachableRedis() {
    return Map.of("spi-redis-connection--jedis--url", "redis://127.0.0.1:" + LoopbackPort.free());
  }

  /** The realms to query, to detect the end of the import. */
  List<String> realmNames() {
    if (realms.isEmpty()) {
      return List.of("master");
    }
    return realms.stream().map(file -> Json.read(file).path("realm").asText()).toList();
  }

  private Map<String, String> effectiveBuildOptions() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("db", "dev-file");
    all.put("health-enabled", "true");
    all.put("metrics-enabled", "true");
    all.putAll(buildOptions);
    return all;
  }

  private static void addTo(List<String> arguments, Map<String, String> options) {
    options.forEach((name, value) -> arguments.add("--" + name + "=" + value));
  }

  /** Builds the settings, with defaults for tests. */
  public static final class Builder {
    private final List<Path> providers = new ArrayList<>();
    private final List<Path> realms = new ArrayList<>();
    private final Map<String, String> buildOptions = new LinkedHashMap<>();
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path distribution;
    private boolean alreadyBuilt;
    private Mode mode = Mode.START_DEV;
    private int httpPort = LoopbackPort.free();
    private int managementPort = LoopbackPort.free();
    private Consumer<String> progress = step -> {};

    Builder() {
      environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN);
      environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN);
      environment.put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
      environment.put("JAVA_OPTS_APPEND", System.getProperty("testbed.java.options", ""));
      // The Java of this process is new enough; the one on the PATH may not be.
      environment.put("JAVA_HOME", System.getProperty("java.home"));
    }

    /**
     * For a server that gets few requests: it starts with less work without the second compiler,
     * but each signature by RSA then takes ten times as long.
     */
    public Builder forFewRequests() {
      return environment("JAVA_OPTS_APPEND", FIRST_COMPILER_ONLY);
    }

    /** The unpacked distribution; the default is the system property {@code keycloak.home}. */
    public Builder distribution(Path home) {
      distribution = home;
      return this;
    }

    /**
     * Uses the built distribution of another server with its provider JARs, without its data,
     * instead of a new build.
     */
    public Builder builtLike(KeycloakServer other) {
      distribution = other.home();
      alreadyBuilt = true;
      return this;
    }

    public Builder mode(Mode chosen) {
      mode = chosen;
      return this;
    }

    /** A JAR for the folder {@code providers}. */
    public Builder provider(Path jar) {
      providers.add(jar);
      return this;
    }

    /** A realm file to import at the first start. */
    public Builder realm(Path file) {
      realms.add(file);
      return this;
    }

    /** A run-time option; takes precedence over the one of the launcher. */
    public Builder option(String name, String value) {
      options.put(name, value);
      return this;
    }

    /** A build-time option. */
    public Builder buildOption(String name, String value) {
      buildOptions.put(name, value);
      return this;
    }

    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    public Builder httpPort(int port) {
      httpPort = port;
      return this;
    }

    public Builder managementPort(int port) {
      managementPort = port;
      return this;
    }

    /** Stores the data in PostgreSQL, for several nodes; requires a separate build. */
    public Builder database(Database chosen) {
      if (!chosen.password().isEmpty()) {
        environment("KC_DB_PASSWORD", chosen.password());
      }
      return buildOption("db", "postgres")
          .option("db-url", chosen.url())
          .option("db-username", chosen.user());
    }

    /** Receives each step of the start, for example "building Keycloak for production". */
    public Builder progress(Consumer<String> listener) {
      progress = listener;
      return this;
    }

    /** Copies and, in production mode, builds a server without starting it. */
    public KeycloakServer prepare() {
      KeycloakServer server = new KeycloakServer(settings());
      try {
        server.prepare();
        return server;
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
    }

    /** Creates and starts a server, and returns when it is ready. */
    public KeycloakServer start() {
      KeycloakServer server = prepare();
      try {
        server.start();
        return server;
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
    }

    private KeycloakSettings settings() {
      Path home = distribution != null ? distribution : defaultDistribution();
      return new KeycloakSettings(
          home.toAbsolutePath(),
          alreadyBuilt,
          mode,
          List.copyOf(providers),
          List.copyOf(realms),
          new LinkedHashMap<>(buildOptions),
          new LinkedHashMap<>(options),
          Map.copyOf(environment),
          httpPort,
          managementPort,
          progress);
    }

    private static Path defaultDistribution() {
      String home = System.getProperty("keycloak.home");
      if (home == null) {
        throw new IllegalStateException(
            "the system property keycloak.home must name an unpacked Keycloak distribution");
      }
      return Path.of(home);
    }
  }
}
