package dev.tokenguard.revocation;

import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.Marks;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
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

  private static final Map<RevocationScope, BiFunction<String, String, RevocationTarget>> TARGETS =
      Map.of(
          RevocationScope.FAMILY,
          (userId, id) -> new Families(userId, List.of(id)),
          RevocationScope.CLIENT_SESSION,
          (userId, pair) ->
              new ClientSessions(
                  userId,
                  List.of(new ClientSession(beforeSpace(pair), afterSpace(pair))),
                  List.of()),
          RevocationScope.CLIENT,
          (userId, id) -> new Client(userId, id, List.of()),
          RevocationScope.SESSION,
          (userId, pair) ->
              Sessions.of(userId, afterSpace(pair), SessionKind.valueOf(beforeSpace(pair))),
          RevocationScope.USER,
          (userId, nothing) -> new User(userId));

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

  /** The text form of each mark, with its scope. */
  static Stream<Map.Entry<RevocationScope, String>> marks(Marks marks) {
    return Stream.of(
            marks.families().stream().map(id -> Map.entry(RevocationScope.FAMILY, id)),
            marks.clientSessions().stream()
                .map(it -> it.sessionId() + " " + it.clientId())
                .map(pair -> Map.entry(RevocationScope.CLIENT_SESSION, pair)),
            marks.clients().stream().map(id -> Map.entry(RevocationScope.CLIENT, id)),
            marks.sessions().stream()
                .map(it -> it.kind().name() + " " + it.id())
                .map(pair -> Map.entry(RevocationScope.SESSION, pair)),
            Stream.of(Map.entry(RevocationScope.USER, "")).filter(any -> marks.isUser()))
        .flatMap(each -> each);
  }

  /**
   * Reads one of {@link #marks}.
   *
   * @throws IllegalArgumentException if the scope has no marks, or the text is not that of a mark
   */
  static RevocationTarget target(String userId, RevocationScope scope, String mark) {
    return Optional.ofNullable(TARGETS.get(scope))
        .orElseThrow(IllegalArgumentException::new)
        .apply(userId, mark);
  }

  private static String beforeSpace(String pair) {
    return pair.substring(0, space(pair));
  }

  private static String afterSpace(String pair) {
    return pair.substring(space(pair) + 1);
  }

  private static int space(String pair) {
    int space = pair.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException();
    }
    return space;
  }
}
