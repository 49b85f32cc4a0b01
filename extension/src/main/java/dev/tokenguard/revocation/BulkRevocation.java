package dev.tokenguard.revocation;

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
  private static final String BULK = "BULK";

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
    return texts.stream()
        .flatMap(text -> begun(text).stream())
        .filter(it -> !texts.contains(it.done()))
        .toList();
  }

  private static Optional<BulkRevocation> begun(String text) {
    return PersistedRevocationCodec.read(
        text,
        PARTS,
        parts ->
            Optional.of(
                    new BulkRevocation(
                        parts.get(1),
                        Reason.valueOf(parts.get(2)),
                        Kind.valueOf(parts.get(3)),
                        parts.get(4),
                        Long.parseLong(parts.get(5))))
                .filter(it -> text.equals(it.begun())));
  }

  private String text(State state) {
    return PersistedRevocationCodec.text(
        BULK, realmId, reason.name(), kind.name(), id, Long.toString(decided), state.name());
  }
}
