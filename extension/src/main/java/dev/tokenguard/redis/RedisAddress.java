package dev.tokenguard.redis;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A Redis URL, taken apart.
 *
 * @param usesTls whether the scheme is {@code rediss}
 * @param database 0 when the URL names none
 */
record RedisAddress(
    String host,
    int port,
    boolean usesTls,
    Optional<String> username,
    Optional<String> password,
    int database) {

  private static final int DEFAULT_PORT = 6379;
  private static final int LAST_PORT = 65_535;
  private static final int LAST_DATABASE = 1_000_000;

  /**
   * @throws IllegalArgumentException when it is not a Redis URL
   */
  static RedisAddress parse(String url) {
    URI uri = URI.create(url);
    boolean isPlain = "redis".equalsIgnoreCase(uri.getScheme());
    boolean usesTls = "rediss".equalsIgnoreCase(uri.getScheme());
    boolean hasExtras = uri.getRawQuery() != null || uri.getRawFragment() != null;
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    boolean isReachable = uri.getHost() != null && port > 0 && port <= LAST_PORT;
    if (!isPlain && !usesTls || !isReachable || hasExtras) {
      throw new IllegalArgumentException();
    }
    String[] credentials =
        uri.getRawUserInfo() == null ? new String[0] : uri.getRawUserInfo().split(":", 2);
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
    return new RedisAddress(
        uri.getHost(),
        port,
        usesTls,
        part(credentials, 0),
        part(credentials, 1),
        path.isEmpty() ? 0 : database(path));
  }

  /**
   * @throws IllegalArgumentException when it is not the number of a database
   */
  static int database(String text) {
    int number = Integer.parseInt(text);
    if (number < 0 || number > LAST_DATABASE) {
      throw new IllegalArgumentException();
    }
    return number;
  }

  private static Optional<String> part(String[] credentials, int index) {
    return credentials.length > index && !credentials[index].isEmpty()
        ? Optional.of(decoded(credentials[index]))
        : Optional.empty();
  }

  /** A plus sign is itself here, unlike in a form. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Without user and password. */
  @Override
  public String toString() {
    return (usesTls ? "rediss" : "redis") + "://" + host + ":" + port;
  }
}
