package dev.tokenguard.revocation;

import java.util.List;
import java.util.Optional;

/**
 * A revocation that is committed in Keycloak and not yet recorded in the store.
 *
 * @param realmId the id of the realm
 * @param reason the reason for resource servers and operators
 * @param revocation the targets and the time of the decision
 */
public record PendingRevocation(String realmId, Reason reason, Revocation revocation) {

  private static final int PARTS = 7;

  /**
   * Whether a text is one of {@link #texts} or another text of Token Guard, and no id of a token.
   */
  public static boolean isText(String text) {
    return PersistedRevocationCodec.isText(text);
  }

  /** The persisted form: one short text for each mark. Contains ids, and no tokens. */
  public List<String> texts() {
    return revocation
        .marks()
        .words()
        .map(
            it ->
                PersistedRevocationCodec.text(
                    it.getKey().name(),
                    realmId,
                    reason.name(),
                    revocation.userId(),
                    it.getValue(),
                    Long.toString(revocation.before()),
                    Long.toString(revocation.retainUntil())))
        .toList();
  }

  /** Reads one of {@link #texts}; empty if it has another version or another origin. */
  public static Optional<PendingRevocation> of(String text) {
    return PersistedRevocationCodec.read(
        text,
        PARTS,
        parts -> {
          RevocationTarget target =
              RevocationTarget.Marks.read(
                  parts.get(3), RevocationScope.valueOf(parts.get(0)), parts.get(4));
          Revocation revocation =
              new Revocation(target, Long.parseLong(parts.get(5)), Long.parseLong(parts.get(6)));
          return Optional.of(
              new PendingRevocation(parts.get(1), Reason.valueOf(parts.get(2)), revocation));
        });
  }
}
