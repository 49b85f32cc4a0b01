package dev.tokenguard.redis.connection;

import static dev.tokenguard.config.Setting.choice;
import static dev.tokenguard.config.Setting.flag;
import static dev.tokenguard.config.Setting.number;
import static dev.tokenguard.config.Setting.text;

import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.RedisSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What an operator may set of {@link RedisSettings}: names, ranges, defaults, help. */
public final class ConnectionSettings {

  static final Setting<Optional<RedisAddress>> URL =
      text(
          "url",
          "Where Redis is: redis://host:port/database, or rediss:// for TLS. Several Sentinels or"
              + " nodes of a Cluster are separated by commas. Without it Token Guard is inactive.",
          "redis://[user:password@]host[:port][,host[:port]…][/database], or rediss:// for TLS",
          "",
          given -> given.isEmpty() ? Optional.empty() : Optional.of(RedisAddress.parse(given)));
  private static final Setting<Topology> TOPOLOGY =
      choice(
          "topology",
          "What the URL names: one Redis, Sentinels, or nodes of a Redis Cluster.",
          Topology.class,
          Topology.STANDALONE);
  private static final Setting<Optional<String>> USERNAME =
      text(
          "username",
          "The ACL user. Wins over the one in the URL.",
          "a text",
          "",
          ConnectionSettings::optional);
  private static final Setting<Optional<String>> PASSWORD =
      text(
          "password",
          "The password. Wins over the one in the URL, and does not show in a list of processes when"
              + " it is given by the environment.",
          "a text",
          "",
          ConnectionSettings::optional);
  private static final Setting<Optional<Integer>> DATABASE =
      text(
          "database",
          "The number of the database. Wins over the one in the URL. A Cluster has number 0 only.",
          "0 to 1000000",
          "",
          given -> optional(given).map(RedisAddress::database));
  private static final Setting<String> KEY_PREFIX =
      text(
          "key-prefix",
          "Put before every key, so that several Keycloaks can share a Redis.",
          "1 to 32 of letters, digits and -._:",
          "tg:",
          given -> matching(given, "[A-Za-z0-9._:-]{1,32}"));
  private static final Setting<String> CLIENT_NAME =
      text(
          "client-name",
          "How the connections are named in CLIENT LIST.",
          "1 to 64 printable characters without spaces",
          "token-guard",
          given -> matching(given, "[!-~]{1,64}"));
  private static final Setting<Integer> RESP =
      number("resp", "The version of the protocol: RESP3, or RESP2 for a proxy.", "", 2, 3, 3);
  private static final Setting<Integer> MAX_POOL_SIZE =
      number(
          "max-pool-size",
          "Connections of one Keycloak node, at most; on a Cluster, to each master.",
          "connections",
          1,
          1000,
          64);
  private static final Setting<Integer> CONNECT_TIMEOUT =
      number("connect-timeout", "How long to wait for a connection.", "ms", 10, 10_000, 400);
  private static final Setting<Integer> READ_TIMEOUT =
      number("read-timeout", "How long to wait for an answer.", "ms", 10, 10_000, 400);
  private static final Setting<Integer> POOL_TIMEOUT =
      number(
          "pool-timeout",
          "How long to wait when all connections are in use.",
          "ms",
          10,
          10_000,
          400);

  private static final Setting<Boolean> READINESS_NEEDS_REDIS =
      flag(
          "readiness-requires-redis",
          "Whether /health/ready is DOWN while Redis does not answer. It takes all nodes out of the"
              + " balancer at once.",
          false);

  public static final List<Setting<?>> ALL =
      Stream.of(
              List.of(URL, TOPOLOGY),
              SentinelSettings.SETTINGS,
              List.of(USERNAME, PASSWORD, DATABASE),
              TlsSettings.SETTINGS,
              List.of(KEY_PREFIX, CLIENT_NAME, RESP),
              List.of(MAX_POOL_SIZE, CONNECT_TIMEOUT, READ_TIMEOUT, POOL_TIMEOUT),
              List.of(BreakerSettings.FAILURES, BreakerSettings.DELAY, READINESS_NEEDS_REDIS))
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private ConnectionSettings() {}

  /** Empty without a URL. */
  public static Optional<RedisSettings> from(Map<String, String> texts) {
    return URL.from(texts).map(address -> settings(address, texts));
  }

  private static RedisSettings settings(RedisAddress address, Map<String, String> texts) {
    Topology topology = TOPOLOGY.from(texts);
    if (topology == Topology.STANDALONE && address.nodes().size() > 1) {
      throw TOPOLOGY.refused("several hosts in the url are Sentinels or nodes of a Cluster");
    }
    int database = DATABASE.from(texts).orElse(address.database());
    if (topology == Topology.CLUSTER && database != 0) {
      throw DATABASE.refused("a Cluster has number 0 only, in the url too");
    }
    return new RedisSettings(
        address.withDefaultPort(topology.defaultPort()),
        topology,
        SentinelSettings.from(texts, topology),
        USERNAME.from(texts).or(address::username),
        PASSWORD.from(texts).or(address::password),
        database,
        TlsSettings.from(texts, address.usesTls()),
        KEY_PREFIX.from(texts),
        CLIENT_NAME.from(texts),
        RESP.from(texts),
        MAX_POOL_SIZE.from(texts),
        Duration.ofMillis(CONNECT_TIMEOUT.from(texts)),
        Duration.ofMillis(READ_TIMEOUT.from(texts)),
        Duration.ofMillis(POOL_TIMEOUT.from(texts)),
        BreakerSettings.from(texts),
        READINESS_NEEDS_REDIS.from(texts));
  }

  static Optional<String> optional(String given) {
    return given.isEmpty() ? Optional.empty() : Optional.of(given);
  }

  static String matching(String given, String pattern) {
    if (!given.matches(pattern)) {
      throw new IllegalArgumentException();
    }
    return given;
  }
}
