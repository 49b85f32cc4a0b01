package dev.tokenguard.redis.connection;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One server that a URL names.
 *
 * @param port empty when the URL names none
 */
record RedisNode(String host, OptionalInt port) {

  /** Host names of containers may have underscores. */
  private static final Pattern NODE =
      Pattern.compile("(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:(?<port>[0-9]{1,5}))?");

  private static final int LAST_PORT = 65_535;

  /**
   * @throws IllegalArgumentException when it is not the name of a server
   */
  static RedisNode parse(String text) {
    Matcher node = NODE.matcher(text);
    if (!node.matches()) {
      throw new IllegalArgumentException();
    }
    if (node.group("port") == null) {
      return new RedisNode(node.group("host"), OptionalInt.empty());
    }
    int port = Integer.parseInt(node.group("port"));
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException();
    }
    return new RedisNode(node.group("host"), OptionalInt.of(port));
  }

  RedisNode withDefaultPort(int byDefault) {
    return new RedisNode(host, OptionalInt.of(port.orElse(byDefault)));
  }

  @Override
  public String toString() {
    return port.isPresent() ? host + ":" + port.getAsInt() : host;
  }
}
