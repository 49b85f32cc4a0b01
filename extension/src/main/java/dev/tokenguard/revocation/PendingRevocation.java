package dev.tokenguard.revocation;

import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.Session;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A revocation that is committed in Keycloak and not yet recorded in the store.
 *
 * @param realmId the realm's id
 * @param reason why
 * @param revocation what, of what began before a time
 */
public record PendingRevocation(String realmId, Reason reason, Revocation revocation) {

  private static final int PARTS = 7;
  private static final int FIRST_VERSION_KEPT_SECONDS = 3600;

  /** The parts of a revocation that can be persisted by themselves. */
  private enum Part {
    FAMILY,
    CLIENT_SESSION,
    CLIENT,
    /** Online and offline. */
    SESSION,
    ONLINE_SESSION,
    OFFLINE_SESSION,
    USER;

    private static Part of(SessionKind kind) {
      return switch (kind) {
        case ONLINE -> ONLINE_SESSION;
        case OFFLINE -> OFFLINE_SESSION;
        case BOTH -> SESSION;
      };
    }
  }

  /** Whether a text is one of {@link #texts}, or another that is no token's id. */
  public static boolean isText(String text) {
    return PersistedRevocationCodec.isText(text);
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
    revocation.sessions().forEach(it -> texts.add(text(Part.of(it.kind()), it.id())));
    if (revocation.isEverything()) {
      texts.add(text(Part.USER, ""));
    }
    return texts;
  }

  /** Reads one of {@link #texts}; empty when it is of another version, or not ours. */
  public static Optional<PendingRevocation> of(String text) {
    try {
      List<String> parts = PersistedRevocationCodec.parts(text, PARTS);
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
      case SESSION -> ofSession(userId, Session.both(value), before, retainUntil);
      case ONLINE_SESSION -> ofSession(userId, Session.online(value), before, retainUntil);
      case OFFLINE_SESSION -> ofSession(userId, Session.offline(value), before, retainUntil);
      case USER -> Revocation.ofUser(userId, List.of(), before, retainUntil);
    };
  }

  /** The first version wrote no time for a session, and kept it for an hour. */
  private static Revocation ofSession(
      String userId, Session session, long before, long retainUntil) {
    long decided = before == 0 ? retainUntil - FIRST_VERSION_KEPT_SECONDS : before;
    return Revocation.ofSession(userId, session, decided, retainUntil);
  }

  private static ClientSession clientSession(String value) {
    int space = value.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException();
    }
    return new ClientSession(value.substring(0, space), value.substring(space + 1));
  }

  private String text(Part part, String value) {
    return PersistedRevocationCodec.text(
        part.name(),
        realmId,
        reason.name(),
        revocation.userId(),
        value,
        Long.toString(revocation.before()),
        Long.toString(revocation.retainUntil()));
  }
}
