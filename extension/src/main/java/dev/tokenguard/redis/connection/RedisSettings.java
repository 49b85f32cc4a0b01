package dev.tokenguard.redis.connection;

import static dev.tokenguard.config.Setting.choice;
import static dev.tokenguard.config.Setting.flag;
import static dev.tokenguard.config.Setting.number;
import static dev.tokenguard.config.Setting.text;

import dev.tokenguard.config.Setting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The options of the provider {@code redis-connection}/{@code jedis}, parsed when Keycloak starts.
 */
public record RedisSettings(
    RedisAddress address,
    Topology topology,
    Sentinel sentinel,
    Optional<String> username,
    Optional<String> password,
    int database,
    TlsSettings tls,
    String keyPrefix,
    String clientName,
    int resp,
    int maxPoolSize,
    Duration connectTimeout,
    Duration readTimeout,
    Duration poolTimeout,
    Breaker breaker,
    boolean readinessRequiresRedis) {

  /** What the hosts of the URL are. */
  public enum Topology {
    /** One Redis, or a load balancer or managed service that acts as one. */
    STANDALONE(6379),
    /** Sentinels, which know the current master. */
    SENTINEL(26379),
    /** Some nodes of a Redis Cluster, which know the others. */
    CLUSTER(6379);

    private final int defaultPort;

    Topology(int defaultPort) {
      this.defaultPort = defaultPort;
    }
  }

  /**
   * How to ask the Sentinels.
   *
   * @param master the name of the master; present with the topology {@code SENTINEL} only
   * @param username the ACL user at the Sentinels themselves
   * @param password the password at the Sentinels themselves
   */
  public record Sentinel(
      Optional<String> master, Optional<String> username, Optional<String> password) {}

  /**
   * The circuit breaker.
   *
   * @param failures so many failures in a row open it
   * @param waitDuration so long it stays open until one command is sent to test Redis
   */
  public record Breaker(int failures, Duration waitDuration) {}

  private static final Setting<Optional<RedisAddress>> URL =
      text(
              "url",
              "The address of Redis: redis://host:port/database, or rediss:// for TLS. "
                  + "Separate several Sentinels or nodes of a Cluster by commas. Without a URL "
                  + "Token Guard is inactive.",
              "redis://[user:password@]host[:port][,host[:port]…][/database], or rediss:// for TLS",
              "",
              given -> optional(given).map(RedisAddress::parse))
          .labelled("Redis URL");
  private static final Setting<Topology> TOPOLOGY =
      choice(
          "topology",
          "What the hosts of the URL are: one Redis or a service that acts as one, "
              + "Sentinels, or nodes of a Redis Cluster. Set it if the URL names Sentinels or "
              + "a Cluster.",
          Topology.class,
          Topology.STANDALONE);
  private static final Setting<Optional<String>> SENTINEL_MASTER =
      text(
              "sentinel-master",
              "The name of the master at the Sentinels. Required with the topology "
                  + "sentinel, and not accepted with another one.",
              "letters, digits and .-_",
              "",
              given -> optional(given).map(it -> matching(it, "[\\w.-]+")))
          .labelled("Sentinel master name");
  private static final Setting<Optional<String>> SENTINEL_USERNAME =
      text(
          "sentinel-username",
          "The ACL user at the Sentinels. Set it if the Sentinels have ACL users.",
          "any text",
          "",
          RedisSettings::optional);
  private static final Setting<Optional<String>> SENTINEL_PASSWORD =
      text(
          "sentinel-password",
          "The password at the Sentinels. Set it if the Sentinels require authentication.",
          "any text",
          "",
          RedisSettings::optional);
  private static final Setting<Optional<String>> USERNAME =
      text(
          "username",
          "The ACL user at Redis. Takes precedence over the user in the URL.",
          "any text",
          "",
          RedisSettings::optional);
  private static final Setting<Optional<String>> PASSWORD =
      text(
          "password",
          "The password at Redis. Takes precedence over the password in the URL. Pass "
              + "it as an environment variable, which a list of processes does not show.",
          "any text",
          "",
          RedisSettings::optional);
  private static final Setting<Optional<Integer>> DATABASE =
      text(
              "database",
              "The number of the database. Takes precedence over the number in the URL. A "
                  + "Cluster has the database 0 only.",
              "0 to 1000000",
              "",
              given -> optional(given).map(RedisAddress::database))
          .labelled("Database number");
  private static final Setting<String> KEY_PREFIX =
      text(
          "key-prefix",
          "The prefix of every key. Change it if several Keycloak deployments share a "
              + "Redis; resource servers and the ACL user need the same prefix.",
          "1 to 32 of letters, digits and -._:",
          "tg:",
          given -> matching(given, "[A-Za-z0-9._:-]{1,32}"));
  private static final Setting<String> CLIENT_NAME =
      text(
          "client-name",
          "The name of the connections in CLIENT LIST. Change it to distinguish several "
              + "Keycloak deployments.",
          "1 to 64 printable characters without spaces",
          "token-guard",
          given -> matching(given, "[!-~]{1,64}"));
  private static final Setting<Integer> RESP =
      number(
              "resp",
              "The version of the Redis protocol. Set 2 for a proxy or a service that does "
                  + "not support RESP3.",
              "",
              2,
              3,
              3)
          .labelled("RESP version");
  private static final Setting<Integer> MAX_POOL_SIZE =
      number(
              "max-pool-size",
              "The maximum number of connections of a Keycloak node; on a Cluster, to each "
                  + "master. Raise it if commands fail with the pool timeout under load.",
              "connections",
              1,
              1000,
              64)
          .labelled("Maximum connections");
  private static final Setting<Integer> CONNECT_TIMEOUT =
      number(
          "connect-timeout",
          "How long a command waits for a new connection. Raise it if the latency "
              + "of the network is high.",
          "ms",
          10,
          10_000,
          400);
  private static final Setting<Integer> READ_TIMEOUT =
      number(
          "read-timeout",
          "How long a command waits for its response. Raise it if the latency of the "
              + "network is high; requests wait longer during an outage.",
          "ms",
          10,
          10_000,
          400);
  private static final Setting<Integer> POOL_TIMEOUT =
      number(
          "pool-timeout",
          "How long a command waits for a free connection when all are in use. Raise it "
              + "for short peaks of load.",
          "ms",
          10,
          10_000,
          400);
  private static final Setting<Integer> BREAKER_FAILURES =
      number(
              "breaker-failures",
              "The number of consecutive failed commands that opens the circuit breaker. "
                  + "While it is open, commands fail at once and are not sent. Raise it if single "
                  + "failures are frequent.",
              "failures",
              1,
              1000,
              5)
          .labelled("Circuit breaker threshold (failures)");
  private static final Setting<Integer> BREAKER_WAIT_DURATION =
      number(
              "breaker-wait-duration",
              "How long the circuit breaker stays open before one command tests Redis. "
                  + "Raise it to reduce the load on a Redis that recovers slowly.",
              "ms",
              10,
              60_000,
              1000)
          .labelled("Circuit breaker wait duration (ms)");
  private static final Setting<Boolean> READINESS_REQUIRES_REDIS =
      flag(
              "readiness-requires-redis",
              "Whether /health/ready is DOWN while Redis is unavailable. A load balancer "
                  + "then removes all nodes at once, so switch it on only if another site serves "
                  + "the requests.",
              false)
          .labelled("Readiness requires Redis");

  /** All settings, in the order of the documentation. */
  public static final List<Setting<?>> SETTINGS =
      Stream.of(
              List.of(URL, TOPOLOGY, SENTINEL_MASTER, SENTINEL_USERNAME, SENTINEL_PASSWORD),
              List.of(USERNAME, PASSWORD, DATABASE),
              TlsSettings.SETTINGS,
              List.of(KEY_PREFIX, CLIENT_NAME, RESP),
              List.of(MAX_POOL_SIZE, CONNECT_TIMEOUT, READ_TIMEOUT, POOL_TIMEOUT),
              List.of(BREAKER_FAILURES, BREAKER_WAIT_DURATION, READINESS_REQUIRES_REDIS))
          .<Setting<?>>flatMap(List::stream)
          .toList();

  /**
   * Parses the settings.
   *
   * @param given the text of a setting by its name; null if it is not set
   * @return empty without a URL
   * @throws dev.tokenguard.config.InvalidSettingException for the first value that is not accepted
   */
  public static Optional<RedisSettings> parse(UnaryOperator<String> given) {
    return URL.from(given).map(address -> parse(address, given));
  }

  private static RedisSettings parse(RedisAddress address, UnaryOperator<String> given) {
    Topology topology = TOPOLOGY.from(given);
    if (topology == Topology.STANDALONE && address.nodes().size() > 1) {
      throw TOPOLOGY.refused("it must be sentinel or cluster, because the url has several hosts");
    }
    int database = DATABASE.from(given).orElse(address.database());
    if (topology == Topology.CLUSTER && database != 0) {
      throw DATABASE.refused("it must be 0 with the topology cluster, also in the url");
    }
    return new RedisSettings(
        address.withDefaultPort(topology.defaultPort),
        topology,
        sentinel(topology, given),
        USERNAME.from(given).or(address::username),
        PASSWORD.from(given).or(address::password),
        database,
        TlsSettings.parse(given, address.usesTls()),
        KEY_PREFIX.from(given),
        CLIENT_NAME.from(given),
        RESP.from(given),
        MAX_POOL_SIZE.from(given),
        Duration.ofMillis(CONNECT_TIMEOUT.from(given)),
        Duration.ofMillis(READ_TIMEOUT.from(given)),
        Duration.ofMillis(POOL_TIMEOUT.from(given)),
        new Breaker(
            BREAKER_FAILURES.from(given), Duration.ofMillis(BREAKER_WAIT_DURATION.from(given))),
        READINESS_REQUIRES_REDIS.from(given));
  }

  private static Sentinel sentinel(Topology topology, UnaryOperator<String> given) {
    Optional<String> master = SENTINEL_MASTER.from(given);
    if (topology == Topology.SENTINEL && master.isEmpty()) {
      throw SENTINEL_MASTER.refused("the topology sentinel needs the name of the master");
    }
    if (topology != Topology.SENTINEL && master.isPresent()) {
      throw SENTINEL_MASTER.refused("it is accepted with the topology sentinel only");
    }
    return new Sentinel(master, SENTINEL_USERNAME.from(given), SENTINEL_PASSWORD.from(given));
  }

  static Optional<String> optional(String given) {
    return given.isEmpty() ? Optional.empty() : Optional.of(given);
  }

  private static String matching(String given, String pattern) {
    if (!given.matches(pattern)) {
      throw new IllegalArgumentException();
    }
    return given;
  }

  /** The effective settings by their names, for the server info; passwords are masked. */
  public Map<String, String> describe() {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put(URL.name(), address.toString());
    shown.put(TOPOLOGY.name(), Setting.id(topology));
    if (topology == Topology.SENTINEL) {
      shown.put(SENTINEL_MASTER.name(), sentinel.master().orElse(""));
      shown.put(SENTINEL_USERNAME.name(), sentinel.username().orElse(""));
      shown.put(SENTINEL_PASSWORD.name(), masked(sentinel.password()));
    }
    shown.put(USERNAME.name(), username.orElse(""));
    shown.put(PASSWORD.name(), masked(password));
    shown.put(DATABASE.name(), Integer.toString(database));
    if (address.usesTls()) {
      shown.putAll(tls.describe());
    }
    shown.put(KEY_PREFIX.name(), keyPrefix);
    shown.put(CLIENT_NAME.name(), clientName);
    shown.put(RESP.name(), Integer.toString(resp));
    shown.put(MAX_POOL_SIZE.name(), Integer.toString(maxPoolSize));
    shown.put(CONNECT_TIMEOUT.name(), connectTimeout.toMillis() + " ms");
    shown.put(READ_TIMEOUT.name(), readTimeout.toMillis() + " ms");
    shown.put(POOL_TIMEOUT.name(), poolTimeout.toMillis() + " ms");
    shown.put(BREAKER_FAILURES.name(), Integer.toString(breaker.failures()));
    shown.put(BREAKER_WAIT_DURATION.name(), breaker.waitDuration().toMillis() + " ms");
    shown.put(READINESS_REQUIRES_REDIS.name(), Boolean.toString(readinessRequiresRedis));
    return shown;
  }

  private static String masked(Optional<String> secret) {
    return secret.isPresent() ? "********" : "";
  }

  /** Without the passwords. */
  @Override
  public String toString() {
    return describe().toString();
  }
}
