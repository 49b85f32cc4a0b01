package dev.tokenguard.revocation;

import dev.tokenguard.config.Setting;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that an administrator should look at. It holds ids, never a token.
 *
 * @param origin whose it was and where it came from
 * @param lineage the refresh token that was presented; empty when it was none
 * @param reason why it is one, in a word, as in the event
 */
public record Incident(Type type, Origin origin, Optional<Lineage> lineage, String reason) {

  /** What happened. */
  public enum Type {
    /** A refresh token was used again (RFC 9700, section 4.14.2). */
    REUSE,
    /** A refresh token came from a context that it is not bound to. */
    MISMATCH,
    /** A token of what is on the blacklist was used. */
    BLACKLISTED_ACTIVITY;

    /** As it stands in Redis and in the admin REST. */
    public String word() {
      return Setting.id(this);
    }

    /** Empty for what no constant is called. */
    public static Optional<Type> of(String word) {
      for (Type type : values()) {
        if (type.word().equals(word)) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * An empty text stands for what is not known.
   *
   * @param userId the user's id in Keycloak
   * @param clientId the client's name, as in events
   * @param sessionId the claim {@code sid}
   * @param ip the address that Keycloak sees
   */
  public record Origin(String userId, String clientId, String sessionId, String ip) {}

  /**
   * @param family the family's id
   * @param presented the generation of the presented token
   * @param newest the family's newest generation; empty where it was not looked up
   */
  public record Lineage(String family, long presented, OptionalLong newest) {}

  public static Incident blacklistedActivity(Origin origin, String reason) {
    return new Incident(Type.BLACKLISTED_ACTIVITY, origin, Optional.empty(), reason);
  }
}
