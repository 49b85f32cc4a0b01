package dev.tokenguard.blacklist;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The form of what is written down in a list of token ids, under ids that no token has. */
final class WrittenDown {

  private static final String MARK = "token-guard";
  private static final String SEPARATOR = ":";

  private WrittenDown() {}

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
   * What {@link #text} was given.
   *
   * @throws IllegalArgumentException when it is not so many parts, or not ours
   */
  static List<String> parts(String text, int count) {
    List<String> parts =
        Arrays.stream(text.split(SEPARATOR, -1))
            .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
            .toList();
    if (!isText(text) || parts.size() != count + 1) {
      throw new IllegalArgumentException();
    }
    return parts.subList(1, parts.size());
  }
}
