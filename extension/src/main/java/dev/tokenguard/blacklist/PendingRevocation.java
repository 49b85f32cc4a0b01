package dev.tokenguard.blacklist;

import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.Session;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.ArrayList;
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

  private static final int PARTS = 7;

  /** The parts of a revocation that can be written down by themselves. */
  private enum Part {
    FAMILY,
    CLIENT_SESSION,
    CLIENT,
    SESSION,
    USER
  }

  /** Whether a text is one of {@link #texts}, or another that is no token's id. */
  public static boolean isText(String text) {
    return WrittenDown.isText(text);
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
    revocation.sessions().forEach(it -> texts.add(text(Part.SESSION, it.kind() + " " + it.id())));
    if (revocation.isEverything()) {
      texts.add(text(Part.USER, ""));
    }
    return texts;
  }

  /** Reads one of {@link #texts}; empty when it is of another version, or not ours. */
  public static Optional<PendingRevocation> of(String text) {
    try {
      List<String> parts = WrittenDown.parts(text, PARTS);
      return Optional.of(
          new PendingRevocation(
              parts.get(1),
              Reason.valueOf(parts.get(2)),
              revocation(
                  Part.valueOf(parts.get(0)),
                  parts.get(3),
                  parts.get(4),
                  Long.parseLong(parts.get(5)),
                  Long.parseLong(parts.get(6)))));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  private static Revocation revocation(
      Part part, String userId, String value, long before, long retainUntil) {
    return switch (part) {
      case FAMILY -> Revocation.ofFamilies(userId, List.of(value), before, retainUntil);
      case CLIENT_SESSION ->
          Revocation.ofClientSessions(
              userId, List.of(clientSession(value)), List.of(), before, retainUntil);
      case CLIENT -> Revocation.ofClient(userId, value, List.of(), before, retainUntil);
      case SESSION -> Revocation.ofSession(userId, session(value), before, retainUntil);
      case USER -> Revocation.ofUser(userId, List.of(), before, retainUntil);
    };
  }

  private static Session session(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException();
    }
    return new Session(value.substring(space + 1), SessionKind.valueOf(value.substring(0, space)));
  }

  private static ClientSession clientSession(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException();
    }
    return new ClientSession(value.substring(0, space), value.substring(space + 1));
  }

  private String text(Part part, String value) {
    return WrittenDown.text(
        part.name(),
        realmId,
        reason.name(),
        revocation.userId(),
        value,
        Long.toString(revocation.before()),
        Long.toString(revocation.retainUntil()));
  }
}
