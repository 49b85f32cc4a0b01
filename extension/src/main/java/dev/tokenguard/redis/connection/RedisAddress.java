package dev.tokenguard.redis.connection;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The parts of a Redis URL.
 *
 * @param nodes one Redis, Sentinels, or nodes of a Cluster
 * @param usesTls whether the scheme is {@code rediss}
 * @param database 0 if the URL has none
 */
public record RedisAddress(
    List<Node> nodes,
    boolean usesTls,
    Optional<String> username,
    Optional<String> password,
    int database) {

  /**
   * A server.
   *
   * @param port empty if the URL has none
   */
  record Node(String host, OptionalInt port) {

    /** Host names of containers may have underscores. */
    private static final Pattern NODE =
        Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:(?<port>[0-9]{1,5}))?");

    private static final int LAST_PORT = 65_535;

    /**
     * @throws IllegalArgumentException if the text is no host with an optional port
     */
    static Node parse(String text) {
      Matcher node = NODE.matcher(text);
      if (!node.matches()) {
        throw new IllegalArgumentException();
      }
      if (node.group("port") == null) {
        return new Node(node.group("host"), OptionalInt.empty());
      }
      int port = Integer.parseInt(node.group("port"));
      if (port < 1 || port > LAST_PORT) {
        throw new IllegalArgumentException();
      }
      return new Node(node.group("host"), OptionalInt.of(port));
    }

    Node withDefaultPort(int byDefault) {
      return new Node(host, OptionalInt.of(port.orElse(byDefault)));
    }

    @Override
    public String toString() {
      return port.isPresent() ? host + ":" + port.getAsInt() : host;
    }
  }

  /** {@link java.net.URI} accepts neither underscores in host names nor several hosts. */
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>[A-Za-z]+)://((?<user>[^@/]*)@)?(?<nodes>[^@/]+)(/(?<database>[0-9]*))?");

  private static final int LAST_DATABASE = 1_000_000;

  public RedisAddress {
    nodes = List.copyOf(nodes);
  }

  /**
   * @throws IllegalArgumentException if the text is no Redis URL
   */
  public static RedisAddress parse(String url) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException();
    }
    String[] credentials =
        parts.group("user") == null ? new String[0] : parts.group("user").split(":", 2);
    String database = Optional.ofNullable(parts.group("database")).orElse("");
    return new RedisAddress(
        Stream.of(parts.group("nodes").split(",", -1)).map(Node::parse).toList(),
        isTls(parts.group("scheme")),
        part(credentials, 0),
        part(credentials, 1),
        database.isEmpty() ? 0 : database(database));
  }

  private static boolean isTls(String scheme) {
    return switch (scheme.toLowerCase(Locale.ROOT)) {
      case "redis" -> false;
      case "rediss" -> true;
      default -> throw new IllegalArgumentException();
    };
  }

  /**
   * @throws IllegalArgumentException if the text is no number of a database
   */
  static int database(String text) {
    int number = Integer.parseInt(text);
    if (number < 0 || number > LAST_DATABASE) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  RedisAddress withDefaultPort(int port) {
    List<Node> complete = nodes.stream().map(node -> node.withDefaultPort(port)).toList();
    return new RedisAddress(complete, usesTls, username, password, database);
  }

  private static Optional<String> part(String[] credentials, int index) {
    return credentials.length > index && !credentials[index].isEmpty()
        ? Optional.of(decoded(credentials[index]))
        : Optional.empty();
  }

  /** Unlike in a form, a plus sign is no space. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Without user and password. */
  @Override
  public String toString() {
    return nodes.stream()
        .map(Node::toString)
        .collect(Collectors.joining(",", (usesTls ? "rediss" : "redis") + "://", ""));
  }
}
