package dev.tokenguard.revocation;

import dev.tokenguard.revocation.Revocation.Reason;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The revocation for many users of everything that began before a time. It takes a while, so its
 * start and its end are persisted.
 *
 * @param realmId the id of the realm
 * @param reason the reason for resource servers and operators
 * @param kind the users, and what of theirs is revoked
 * @param id the id of the client or the user federation; empty for the realm
 * @param decided the time of the decision, seconds since the epoch
 */
public record BulkRevocation(String realmId, Reason reason, Kind kind, String id, long decided) {

  private static final int PARTS = 7;
  private static final String BULK = "BULK";

  /** The users, and what of theirs is revoked. */
  public enum Kind {
    /** All sessions of all users of the realm. */
    REALM,
    /** The client sessions of all users at a client. */
    CLIENT,
    /**
     * The client sessions of all users at a client that were not used since its not-before time.
     */
    CLIENT_NOT_BEFORE,
    /** The access tokens that were issued in the realm before its not-before time. */
    REALM_NOT_BEFORE,
    /** All sessions of the users of a user federation. */
    FEDERATION
  }

  private enum State {
    BEGUN,
    DONE
  }

  /** The text that is persisted before the start. */
  public String begun() {
    return text(State.BEGUN);
  }

  /** The text that is persisted after the end. */
  public String done() {
    return text(State.DONE);
  }

  /** The revocations that have begun and not ended. */
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
