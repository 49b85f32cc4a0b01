package dev.tokenguard.revocation;

import dev.tokenguard.config.Setting;
import java.util.List;
import java.util.Optional;

/**
 * A revocation for one user: of everything in its target that began before a time. So it is
 * idempotent: applied twice, late, or again after a restart, it does not affect what began
 * afterwards.
 *
 * @param before the time of the decision, seconds since the epoch
 * @param retainUntil the time from which no token that it covers can be valid, seconds since the
 *     epoch
 */
public record Revocation(RevocationTarget target, long before, long retainUntil) {

  public String userId() {
    return target.userId();
  }

  public RevocationTarget.Marks marks() {
    return target.marks();
  }

  /** The reason of an entry on the blacklist, for resource servers and operators. */
  public enum Reason {
    /**
     * The user, a client, an identity provider, an administrator or Keycloak terminated the
     * session.
     */
    LOGOUT,
    /** A client revoked the token (RFC 7009), or Keycloak did. */
    REVOKED,
    /** An administrator revoked it by the admin REST API. */
    ADMINISTRATOR,
    /** A refresh replaced the access token. */
    ROTATED,
    /** A replaced refresh token of the family was presented (RFC 9700, section 4.14.2). */
    REUSED,
    /** A refresh token of the family was presented from another context than the bound one. */
    MISMATCHED,
    /** A later login exceeded the setting of the same name. */
    MAX_FAMILIES_PER_USER_AND_CLIENT,
    PASSWORD_CHANGED,
    CREDENTIAL_CHANGED,
    EMAIL_CHANGED,
    USERNAME_CHANGED,
    USER_DELETED,
    USER_DISABLED,
    USER_LOCKED_OUT,
    CONSENT_REVOKED,
    CLIENT_DISABLED,
    CLIENT_SECRET_CHANGED,
    PERMISSIONS_REDUCED,
    /** The token was issued before the not-before time of the realm or the client. */
    NOT_BEFORE;

    /** The id in Redis, in events and in the admin REST API. */
    public String id() {
      return Setting.id(this);
    }
  }

  /**
   * A revocation that is committed in Keycloak and not yet recorded in the store.
   *
   * @param realmId the id of the realm
   * @param reason the reason for resource servers and operators
   * @param revocation the targets and the time of the decision
   */
  public record Pending(String realmId, Reason reason, Revocation revocation) {

    private static final int PARTS = 7;

    /**
     * Whether a text is one of {@link #texts} or another text of Token Guard, and no id of a token.
     */
    public static boolean isText(String text) {
      return PersistedRevocationCodec.isText(text);
    }

    /** The persisted form: one short text for each mark. Contains ids, and no tokens. */
    public List<String> texts() {
      return PersistedRevocationCodec.marks(revocation.marks())
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
    public static Optional<Pending> of(String text) {
      return PersistedRevocationCodec.read(
          text,
          PARTS,
          parts -> {
            RevocationTarget target =
                PersistedRevocationCodec.target(
                    parts.get(3), RevocationScope.valueOf(parts.get(0)), parts.get(4));
            Revocation revocation =
                new Revocation(target, Long.parseLong(parts.get(5)), Long.parseLong(parts.get(6)));
            return Optional.of(new Pending(parts.get(1), Reason.valueOf(parts.get(2)), revocation));
          });
    }
  }
}
