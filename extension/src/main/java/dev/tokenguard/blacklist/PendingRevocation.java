package dev.tokenguard.blacklist;

import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A revocation that is committed in Keycloak and that the store is still to be told.
 *
 * @param realmId the realm's id
 * @param reason why
 * @param revocation what
 */
public record PendingRevocation(String realmId, Reason reason, Revocation revocation) {

  private static final String MARK = "token-guard";
  private static final int PARTS = 8;

  /** The parts of a revocation that can be written down by themselves. */
  private enum Part {
    FAMILY,
    CLIENT_SESSION,
    CLIENT,
    SESSION,
    USER
  }

  /** Whether a text is one of {@link #texts}. */
  public static boolean isText(String text) {
    return text.startsWith(MARK + ":");
  }

  /**
   * One short text for each thing that is revoked, without anything that could be used as a token.
   */
  public List<String> texts() {
    List<String> texts = new ArrayList<>();
    revocation.families().forEach(id -> texts.add(text(Part.FAMILY, id)));
    revocation
        .clientSessions()
        .forEach(it -> texts.add(text(Part.CLIENT_SESSION, it.sessionId() + " " + it.clientId())));
    revocation.clients().forEach(id -> texts.add(text(Part.CLIENT, id)));
    revocation.sessions().forEach(id -> texts.add(text(Part.SESSION, id)));
    if (revocation.isEverything()) {
      texts.add(text(Part.USER, ""));
    }
    return texts;
  }

  /** Reads one of {@link #texts}; empty when it is of another version, or not ours. */
  public static Optional<PendingRevocation> of(String text) {
    if (!isText(text)) {
      return Optional.empty();
    }
    try {
      List<String> parts =
          Arrays.stream(text.split(":", -1))
              .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
              .toList();
      if (parts.size() != PARTS) {
        return Optional.empty();
      }
      return Optional.of(
          new PendingRevocation(
              parts.get(2),
              Reason.valueOf(parts.get(3)),
              revocation(
                  Part.valueOf(parts.get(1)),
                  parts.get(4),
                  parts.get(5),
                  Long.parseLong(parts.get(6)),
                  Long.parseLong(parts.get(7)))));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  private static Revocation revocation(
      Part part, String userId, String value, long before, long retainUntil) {
    return switch (part) {
      case FAMILY -> Revocation.ofFamily(userId, value, retainUntil);
      case CLIENT_SESSION ->
          Revocation.ofClientSessions(
              userId, List.of(clientSession(value)), List.of(), before, retainUntil);
      case CLIENT -> Revocation.ofClient(userId, value, List.of(), before, retainUntil);
      case SESSION -> Revocation.ofSession(userId, value, retainUntil);
      case USER -> Revocation.ofUser(userId, List.of(), before, retainUntil);
    };
  }

  private static ClientSession clientSession(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException();
    }
    return new ClientSession(value.substring(0, space), value.substring(space + 1));
  }

  private String text(Part part, String value) {
    return String.join(
        ":",
        List.of(
            MARK,
            part.name(),
            encoded(realmId),
            reason.name(),
            encoded(revocation.userId()),
            encoded(value),
            Long.toString(revocation.before()),
            Long.toString(revocation.retainUntil())));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
