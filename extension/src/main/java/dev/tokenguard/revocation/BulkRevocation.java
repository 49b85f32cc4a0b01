package dev.tokenguard.revocation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The revocation of what many users have, of what began before a time. It takes a while, so its
 * begin and its end are persisted.
 *
 * @param realmId the realm's id
 * @param reason why
 * @param kind of which users
 * @param id of the client or the user federation; empty for the realm
 * @param decided when, seconds since the epoch
 */
public record BulkRevocation(String realmId, Reason reason, Kind kind, String id, long decided) {

  private static final int PARTS = 7;
  private static final int PARTS_OF_WIDE = 6;
  private static final String BULK = "BULK";

  /** As the first version called it; the client's id is empty for a realm. */
  private static final String WIDE = "WIDE";

  /** Of which users, and what of theirs. */
  public enum Kind {
    /** All sessions of all users of the realm. */
    REALM,
    /** What all users have at a client. */
    CLIENT,
    /** What all users have at a client and was not used since its not-before time. */
    CLIENT_NOT_BEFORE,
    /** The access tokens that all users of the realm were issued before its not-before time. */
    REALM_NOT_BEFORE,
    /** All sessions of the users that come from a user federation. */
    FEDERATION
  }

  private enum State {
    BEGUN,
    DONE
  }

  public BulkRevocation(String realmId, Reason reason, Optional<String> clientId, long decided) {
    this(
        realmId,
        reason,
        clientId.isPresent() ? Kind.CLIENT : Kind.REALM,
        clientId.orElse(""),
        decided);
  }

  /** Persisted before anything is done. */
  public String begun() {
    return text(State.BEGUN);
  }

  /** Persisted when nothing is left to do. */
  public String done() {
    return text(State.DONE);
  }

  /** Those that were begun and not done. */
  public static List<BulkRevocation> unfinished(Collection<String> texts) {
    List<BulkRevocation> found = new ArrayList<>();
    texts.forEach(text -> begun(text).ifPresent(found::add));
    found.removeIf(it -> texts.contains(it.done()) || texts.contains(it.wide(State.DONE)));
    return found;
  }

  private static Optional<BulkRevocation> begun(String text) {
    try {
      List<String> parts = PersistedRevocationCodec.parts(text);
      if (parts.size() == PARTS && isBegun(parts, BULK)) {
        return Optional.of(
            new BulkRevocation(
                parts.get(1),
                Reason.valueOf(parts.get(2)),
                Kind.valueOf(parts.get(3)),
                parts.get(4),
                Long.parseLong(parts.get(5))));
      }
      if (parts.size() == PARTS_OF_WIDE && isBegun(parts, WIDE)) {
        return Optional.of(
            new BulkRevocation(
                parts.get(1),
                Reason.valueOf(parts.get(2)),
                Optional.of(parts.get(3)).filter(id -> !id.isEmpty()),
                Long.parseLong(parts.get(4))));
      }
      return Optional.empty();
    } catch (IllegalArgumentException otherOrUnknown) {
      return Optional.empty();
    }
  }

  private static boolean isBegun(List<String> parts, String format) {
    return parts.get(0).equals(format) && parts.get(parts.size() - 1).equals(State.BEGUN.name());
  }

  private String text(State state) {
    return PersistedRevocationCodec.text(
        BULK, realmId, reason.name(), kind.name(), id, Long.toString(decided), state.name());
  }

  private String wide(State state) {
    return PersistedRevocationCodec.text(
        WIDE, realmId, reason.name(), id, Long.toString(decided), state.name());
  }
}
