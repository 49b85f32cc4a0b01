package dev.tokenguard.revocation;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The text form of revocations in Keycloak's own list of revoked tokens: ids that no token has,
 * because they contain several colons.
 */
final class PersistedRevocationCodec {

  private static final String PREFIX = "token-guard:";
  private static final String SEPARATOR = ":";

  private PersistedRevocationCodec() {}

  static boolean isText(String text) {
    return text.startsWith(PREFIX);
  }

  static String text(String... parts) {
    return Stream.of(parts)
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8))
        .collect(Collectors.joining(SEPARATOR, PREFIX, ""));
  }

  /**
   * Reads the arguments of {@link #text}. Empty if the text has another prefix, another number of
   * parts, or a part that the reader refuses.
   *
   * @param reader may throw {@link IllegalArgumentException}
   */
  static <T> Optional<T> read(String text, int count, Function<List<String>, Optional<T>> reader) {
    if (!isText(text)) {
      return Optional.empty();
    }
    try {
      List<String> parts =
          Arrays.stream(text.substring(PREFIX.length()).split(SEPARATOR, -1))
              .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
              .toList();
      return parts.size() == count ? reader.apply(parts) : Optional.empty();
    } catch (IllegalArgumentException otherOrUnknown) {
      return Optional.empty();
    }
  }
}
