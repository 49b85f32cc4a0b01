package dev.tokenguard.revocation;

import dev.tokenguard.revocation.BlacklistEntry.OfSession;
import dev.tokenguard.revocation.BlacklistEntry.OfUser;
import java.util.List;
import java.util.Optional;

/**
 * An entry about a session or a user, persisted beside Keycloak's revoked tokens until it expires.
 * After a data loss it is added again, as the entries of access tokens are, which have ids of their
 * own there.
 */
public final class PersistedBlacklistEntry {

  private static final int PARTS = 6;
  private static final String KIND = "ENTRY";
  private static final String SESSION = "SESSION";
  private static final String USER = "USER";

  private PersistedBlacklistEntry() {}

  /** Empty for an access token. */
  public static Optional<String> text(BlacklistEntry entry) {
    if (entry instanceof OfSession session) {
      return Optional.of(
          text(
              SESSION,
              session.id(),
              session.cutoff(),
              session.reason().name(),
              session.expiresAt()));
    }
    return entry instanceof OfUser user
        ? Optional.of(text(USER, user.userId(), user.issuedBefore(), "", user.expiresAt()))
        : Optional.empty();
  }

  private static String text(String scope, String id, long cutOff, String reason, long expiresAt) {
    return PersistedRevocationCodec.text(
        KIND, scope, id, Long.toString(cutOff), reason, Long.toString(expiresAt));
  }

  /** Reads a {@link #text}; empty when it is of another version, or something else. */
  public static Optional<BlacklistEntry> of(String text) {
    try {
      List<String> parts = PersistedRevocationCodec.parts(text, PARTS);
      if (!parts.get(0).equals(KIND)) {
        return Optional.empty();
      }
      String id = parts.get(2);
      long cutOff = Long.parseLong(parts.get(3));
      long expiresAt = Long.parseLong(parts.get(5));
      return switch (parts.get(1)) {
        case SESSION ->
            Optional.of(new OfSession(id, cutOff, Reason.valueOf(parts.get(4)), expiresAt));
        case USER -> Optional.of(new OfUser(id, cutOff, expiresAt));
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException otherOrUnknown) {
      return Optional.empty();
    }
  }
}
