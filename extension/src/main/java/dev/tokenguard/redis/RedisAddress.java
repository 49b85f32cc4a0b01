package dev.tokenguard.redis;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  /**
   * Not by {@link URI#getHost()}: it knows no host names with an underscore, as containers have.
   */
  private static final Pattern AUTHORITY =
      Pattern.compile(
          "((?<user>[^@]*)@)?(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:(?<port>[0-9]{1,5}))?");

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
    Matcher authority =
        AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
    if (!isPlain && !usesTls || hasExtras || !authority.matches()) {
      throw new IllegalArgumentException();
    }
    int port =
        authority.group("port") == null ? DEFAULT_PORT : Integer.parseInt(authority.group("port"));
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException();
    }
    String[] credentials =
        authority.group("user") == null ? new String[0] : authority.group("user").split(":", 2);
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
    return new RedisAddress(
        authority.group("host"),
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
