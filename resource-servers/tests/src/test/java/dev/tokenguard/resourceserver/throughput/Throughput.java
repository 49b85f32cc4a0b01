package dev.tokenguard.resourceserver.throughput;

import dev.tokenguard.resourceserver.ExampleServer;
import dev.tokenguard.resourceserver.ExampleServer.Command;
import dev.tokenguard.resourceserver.ResourceServerContract;
import dev.tokenguard.resourceserver.Stack;
import dev.tokenguard.resourceserver.Stack.User;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * Measures each example without the check, with it, and with its cache, side by side: the rounds of
 * the three servers alternate, so that other work on the machine changes all of them.
 *
 * <p>{@code mvn -Pthroughput -pl resource-servers/tests -am}
 */
final class Throughput {

  private static final String HELP =
      """
      Measures the examples of all resource servers: without the check, with it, and with a cache.

        --only=NAMES       examples, separated by commas, as the test classes without IT; default all
        --rounds=N         measured rounds of each server; default 3
        --seconds=N        seconds of a round; default 5
        --warm-up=N        seconds of the warm-up before; default 10
        --connections=N    connections that send one request after the other; default 8
        --tokens=N         different access tokens, of a tenth as many users; default 300
        --logouts=N        logouts whose delay is measured; default 10
        --help
      """;

  private static final int CACHE_MILLIS = 5_000;
  private static final Duration POLL = Duration.ofMillis(2);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

  private enum Variant {
    OFF(Map.of("CHECK", "off")),
    ON(Map.of("CHECK", "on")),
    CACHED(Map.of("CHECK", "on", "CACHE_TTL", String.valueOf(CACHE_MILLIS)));

    final Map<String, String> environment;

    Variant(Map<String, String> environment) {
      this.environment = environment;
    }
  }

  private record Options(
      List<String> only,
      int rounds,
      int seconds,
      int warmUp,
      int connections,
      int tokens,
      int logouts) {

    static Options of(String[] arguments) {
      Map<String, String> given = new LinkedHashMap<>();
      for (String argument : arguments) {
        int equals = argument.indexOf('=');
        if (!argument.startsWith("--") || equals < 0) {
          throw new IllegalArgumentException("not an option: " + argument + "\n" + HELP);
        }
        given.put(argument.substring(2, equals), argument.substring(equals + 1));
      }
      String only = given.remove("only");
      Options options =
          new Options(
              only == null ? List.of() : List.of(only.split(",")),
              number(given, "rounds", 3, 20),
              number(given, "seconds", 5, 60),
              number(given, "warm-up", 10, 60),
              number(given, "connections", 8, 64),
              number(given, "tokens", 300, 2_000),
              number(given, "logouts", 10, 100));
      if (!given.isEmpty()) {
        throw new IllegalArgumentException("not an option: " + given.keySet() + "\n" + HELP);
      }
      return options;
    }

    private static int number(Map<String, String> given, String name, int usual, int most) {
      int number = Integer.parseInt(given.getOrDefault(name, String.valueOf(usual)));
      given.remove(name);
      if (number < 1 || number > most) {
        throw new IllegalArgumentException("--" + name + " is 1 to " + most);
      }
      return number;
    }
  }

  private final Options options;
  private final Stack stack = Stack.shared();
  private final ExecutorService callers = Executors.newFixedThreadPool(8);

  private Throughput(Options options) {
    this.options = options;
    // Longer than the measurement.
    stack.admin().setClientAttribute("orders-app", "access.token.lifespan", "7200");
  }

  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      System.out.print(HELP);
      return;
    }
    new Throughput(Options.of(arguments)).run();
    // Keycloak and Redis end with this process.
    System.exit(0);
  }

  private void run() throws Exception {
    List<String> tokens = tokens();
    List<String> rows = new ArrayList<>();
    for (ResourceServerContract example : examples()) {
      String name = nameOf(example);
      try {
        rows.add(row(name, example, tokens));
        System.out.println(rows.get(rows.size() - 1));
      } catch (TestAbortedException missing) {
        System.out.println(name + " is skipped: " + missing.getMessage());
      } catch (RuntimeException | AssertionError failed) {
        System.out.println(name + " failed: " + failed);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n%d connections, %d tokens, %d rounds of %d s per server, cache of %d ms, %d processors,"
            + " Java %s%n%n",
        options.connections,
        options.tokens,
        options.rounds,
        options.seconds,
        CACHE_MILLIS,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    System.out.println(
        """
        | example | requests/s: off | on | cached | on/off | cached/off | p50 ms: off | on | cached \
        | p99 ms: off | on | cached | added per request: on | cached | 503: on | cached | logout seen after: on | cached |
        |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\
        """);
    rows.forEach(System.out::println);
  }

  /** All examples that have a test, with the command of the test. */
  private List<ResourceServerContract> examples() throws IOException, URISyntaxException {
    Path classes =
        Path.of(Throughput.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.endsWith("IT.class"))
          .map(file -> file.replaceAll("\\.class$", "").replace('/', '.'))
          .flatMap(name -> exampleOf(name).stream())
          .filter(it -> options.only.isEmpty() || options.only.contains(nameOf(it)))
          .sorted(Comparator.comparing(Throughput::nameOf))
          .toList();
    }
  }

  private static Optional<ResourceServerContract> exampleOf(String className) {
    try {
      Class<?> type = Class.forName(className);
      boolean isExample =
          ResourceServerContract.class.isAssignableFrom(type)
              && !Modifier.isAbstract(type.getModifiers());
      return isExample ? Optional.of((ResourceServerContract) instanceOf(type)) : Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The classes and their constructors are package-private, as those of all tests. */
  private static Object instanceOf(Class<?> type) throws ReflectiveOperationException {
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static String nameOf(ResourceServerContract example) {
    return example.getClass().getSimpleName().replaceAll("IT$", "");
  }

  private List<String> tokens() throws InterruptedException, ExecutionException {
    List<User> users =
        Stream.generate(stack::user).limit(Math.max(options.tokens / 10, 1)).toList();
    return inParallel(
        IntStream.range(0, options.tokens)
            .<Callable<String>>mapToObj(
                index -> () -> users.get(index % users.size()).logIn(stack.client()).accessToken())
            .toList());
  }

  private <T> List<T> inParallel(List<Callable<T>> calls)
      throws InterruptedException, ExecutionException {
    List<T> results = new ArrayList<>();
    for (Future<T> call : callers.invokeAll(calls)) {
      results.add(call.get());
    }
    return results;
  }

  private String row(String name, ResourceServerContract example, List<String> tokens)
      throws InterruptedException, ExecutionException {
    Map<Variant, ExampleServer> servers = new LinkedHashMap<>();
    try {
      for (Variant variant : Variant.values()) {
        if (variant != Variant.CACHED || example.hasCache()) {
          Command command = withoutTestOptions(example.command());
          servers.put(variant, ExampleServer.start(stack, command, variant.environment));
        }
      }
      requireThatOnlyTheCheckDiffers(servers);
      Map<Variant, List<Load.Result>> rounds = measure(name, servers, tokens);
      Map<Variant, Duration> delays = new LinkedHashMap<>();
      for (Variant variant : servers.keySet()) {
        if (variant != Variant.OFF) {
          delays.put(variant, delayOfLogout(servers.get(variant)));
        }
      }
      return row(name, rounds, delays);
    } finally {
      servers.values().forEach(ExampleServer::close);
    }
  }

  /** An example that ignores {@code CHECK} would be compared with itself. */
  private void requireThatOnlyTheCheckDiffers(Map<Variant, ExampleServer> servers) {
    Answer login = stack.user().logIn(stack.client());
    stack.client().logout(login.refreshToken()).orFail();
    servers.forEach(
        (variant, server) -> {
          int expected = variant == Variant.OFF ? 200 : 401;
          Await.until(
              variant + " responds with " + expected + " to a revoked token",
              LONGEST_DELAY,
              () -> server.get(login.accessToken()).statusCode() == expected);
        });
  }

  /** The tests trade throughput for a short start. */
  private static Command withoutTestOptions(Command command) {
    return new Command(
        command.directory(),
        command.words().stream().filter(word -> !word.startsWith("-XX:")).toList());
  }

  private Map<Variant, List<Load.Result>> measure(
      String name, Map<Variant, ExampleServer> servers, List<String> tokens) {
    Map<Variant, List<Load.Result>> rounds = new LinkedHashMap<>();
    List<Variant> order = new ArrayList<>(servers.keySet());
    for (int round = 0; round <= options.rounds; round++) {
      for (Variant variant : order) {
        ExampleServer server = servers.get(variant);
        try (Load load = new Load(options.connections, server.uri(), tokens)) {
          int seconds = round == 0 ? options.warmUp : options.seconds;
          Load.Result result = load.send(server.uri(), Duration.ofSeconds(seconds));
          System.out.printf(
              Locale.ROOT,
              "%s %s round %d%s: %.0f/s, %.1f %% refused%n",
              name,
              variant.name().toLowerCase(Locale.ROOT),
              round,
              round == 0 ? " (warm-up)" : "",
              result.perSecond(),
              100 * result.refusedShare());
          if (round > 0) {
            rounds.computeIfAbsent(variant, it -> new ArrayList<>()).add(result);
          }
        }
      }
      Collections.rotate(order, 1);
    }
    return rounds;
  }

  /**
   * From the response to the logout until the first 401: the median of logouts at the same time.
   */
  private Duration delayOfLogout(ExampleServer server)
      throws InterruptedException, ExecutionException {
    List<Answer> logins = new ArrayList<>();
    for (int index = 0; index < options.logouts; index++) {
      Answer login = stack.user().logIn(stack.client());
      logins.add(login);
    }
    List<Duration> delays =
        new ArrayList<>(
            inParallel(
                logins.stream()
                    .<Callable<Duration>>map(login -> () -> delayOfLogout(server, login))
                    .toList()));
    Collections.sort(delays);
    return delays.get(delays.size() / 2);
  }

  private Duration delayOfLogout(ExampleServer server, Answer login) throws InterruptedException {
    // Into the cache.
    server.get(login.accessToken());
    stack.client().logout(login.refreshToken()).orFail();
    long end = System.nanoTime();
    while (server.get(login.accessToken()).statusCode() != 401) {
      if (System.nanoTime() - end > LONGEST_DELAY.toNanos()) {
        throw new IllegalStateException("a logout is not seen after " + LONGEST_DELAY);
      }
      // The resolution of the measurement.
      Thread.sleep(POLL.toMillis());
    }
    return Duration.ofNanos(System.nanoTime() - end);
  }

  private static String row(
      String name, Map<Variant, List<Load.Result>> rounds, Map<Variant, Duration> delays) {
    Map<Variant, Load.Result> totals = new LinkedHashMap<>();
    rounds.forEach((variant, results) -> totals.put(variant, Load.Result.all(results)));
    Load.Result off = totals.get(Variant.OFF);
    List<String> cells = new ArrayList<>(List.of(name));
    for (Variant variant : Variant.values()) {
      cells.add(cell(totals.get(variant), it -> format("%.0f", it.perSecond())));
    }
    for (Variant variant : List.of(Variant.ON, Variant.CACHED)) {
      cells.add(cell(totals.get(variant), it -> format("%.2f", it.perSecond() / off.perSecond())));
    }
    for (double quantile : new double[] {0.5, 0.99}) {
      for (Variant variant : Variant.values()) {
        cells.add(cell(totals.get(variant), it -> format("%.2f", it.milliseconds(quantile))));
      }
    }
    for (Variant variant : List.of(Variant.ON, Variant.CACHED)) {
      cells.add(
          cell(
              totals.get(variant),
              it -> format("%+.0f µs", it.meanMicroseconds() - off.meanMicroseconds())));
    }
    for (Variant variant : List.of(Variant.ON, Variant.CACHED)) {
      cells.add(cell(totals.get(variant), it -> format("%.2f %%", 100 * it.refusedShare())));
    }
    for (Variant variant : List.of(Variant.ON, Variant.CACHED)) {
      cells.add(cell(delays.get(variant), it -> it.toMillis() + " ms"));
    }
    return "| " + String.join(" | ", cells) + " |";
  }

  private static <T> String cell(T value, Function<T, String> text) {
    return value == null ? "–" : text.apply(value);
  }

  private static String format(String pattern, double number) {
    return String.format(Locale.ROOT, pattern, number);
  }
}
