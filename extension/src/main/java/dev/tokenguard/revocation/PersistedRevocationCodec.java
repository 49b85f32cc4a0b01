package dev.tokenguard.revocation;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The text form in which a revocation is kept in Keycloak's own list of revoked tokens, under ids
 * that no token has.
 */
final class PersistedRevocationCodec {

  private static final String MARK = "token-guard";
  private static final String SEPARATOR = ":";

  private PersistedRevocationCodec() {}

  static boolean isText(String text) {
    return text.startsWith(MARK + SEPARATOR);
  }

  static String text(String... parts) {
    return Stream.concat(
            Stream.of(MARK),
            Stream.of(parts).map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8)))
        .collect(Collectors.joining(SEPARATOR));
  }

  /**
   * The arguments of {@link #text}.
   *
   * @throws IllegalArgumentException when the number of parts differs, or the text is not ours
   */
  static List<String> parts(String text, int count) {
    List<String> parts = parts(text);
    if (parts.size() != count) {
      throw new IllegalArgumentException();
    }
    return parts;
  }

  /**
   * @throws IllegalArgumentException when the text is not ours
   */
  static List<String> parts(String text) {
    List<String> parts =
        Arrays.stream(text.split(SEPARATOR, -1))
            .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
            .toList();
    if (!isText(text)) {
      throw new IllegalArgumentException();
    }
    return parts.subList(1, parts.size());
  }
}
