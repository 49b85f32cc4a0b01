package dev.tokenguard.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/**
 * The names of all keys and fields; nothing else builds one.
 *
 * <pre>
 * tg:u:{user id}   hash, all state of one user, lives as long as the longest entry
 *   f:&lt;family&gt;  i:&lt;family&gt;  a:&lt;family&gt;   a token family, see lua/record.lua
 *   s:&lt;session&gt;                        a revoked session
 *   c:&lt;session&gt;.&lt;client&gt;               a revoked client session
 *   u                                  cut-off for all that the user had
 * </pre>
 *
 * <p>Beside the users:
 *
 * <pre>
 * tg:incidents:{realm id}  stream, the last incidents of a realm, see lua/report.lua
 * tg:heartbeat             hash, by which a loss of data is noticed, see lua/heartbeat.lua
 * </pre>
 *
 * <p>The blacklist is read by others, so its keys hold the ids as tokens carry them:
 *
 * <pre>
 * tg:at:&lt;jti&gt;       a revoked access token
 * tg:sid:&lt;sid&gt;      a revoked session
 * tg:sub:&lt;user id&gt;  a cut-off: older access tokens of the user are dead
 * </pre>
 *
 * <p>Ids may be any text: those of federated users carry colons and names. In the key of a user,
 * all but letters, digits and {@code -._:} is percent-encoded, so a brace cannot move the hash tag.
 * In a field, a UUID is written as its 16 bytes in Base64 (22 characters), and any other id
 * percent-encoded behind a {@code ~}.
 */
public final class KeySpace {

  static final String USER_CUTOFF = "u";

  private static final int UUID_CHARACTERS = 36;

  private final String prefix;

  /**
   * @param prefix put before every key
   */
  public KeySpace(String prefix) {
    this.prefix = prefix;
  }

  String user(String userId) {
    return prefix + "u:{" + encoded(userId) + "}";
  }

  String incidents(String realmId) {
    return prefix + "incidents:{" + encoded(realmId) + "}";
  }

  String heartbeat() {
    return prefix + "heartbeat";
  }

  String revokedAccessToken(String id) {
    return prefix + "at:" + id;
  }

  String revokedSession(String id) {
    return prefix + "sid:" + id;
  }

  String revokedUser(String userId) {
    return prefix + "sub:" + userId;
  }

  // Fields are named by compact ids: a refresh names five, of three ids that it compacts once.

  static String lineage(String compactFamily) {
    return "f:" + compactFamily;
  }

  static String origin(String compactFamily) {
    return "i:" + compactFamily;
  }

  static String accessTokens(String compactFamily) {
    return "a:" + compactFamily;
  }

  static String session(String compactSession) {
    return "s:" + compactSession;
  }

  static String clientSession(String compactSession, String compactClient) {
    return "c:" + compactSession + "." + compactClient;
  }

  /** The short form of an id; {@link #expanded} is its inverse. */
  String compact(String id) {
    if (id.length() == UUID_CHARACTERS) {
      try {
        UUID uuid = UUID.fromString(id);
        if (uuid.toString().equals(id)) {
          byte[] bytes =
              ByteBuffer.allocate(16)
                  .putLong(uuid.getMostSignificantBits())
                  .putLong(uuid.getLeastSignificantBits())
                  .array();
          return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
      } catch (IllegalArgumentException notAUuid) {
        // It is kept as the text that it is.
      }
    }
    return "~" + encoded(id);
  }

  String expanded(String compact) {
    if (compact.startsWith("~")) {
      return decoded(compact.substring(1));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(compact));
    return new UUID(bytes.getLong(), bytes.getLong()).toString();
  }

  private static String encoded(String id) {
    StringBuilder encoded = new StringBuilder(id.length());
    for (byte octet : id.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (octet & 0xFF);
      if (isPlain(character)) {
        encoded.append(character);
      } else {
        encoded.append(String.format("%%%02X", octet & 0xFF));
      }
    }
    return encoded.toString();
  }

  private static boolean isPlain(char character) {
    return character >= 'a' && character <= 'z'
        || character >= 'A' && character <= 'Z'
        || character >= '0' && character <= '9'
        || "-._:".indexOf(character) >= 0;
  }

  private static String decoded(String encoded) {
    ByteBuffer octets = ByteBuffer.allocate(encoded.length());
    for (int index = 0; index < encoded.length(); index++) {
      if (encoded.charAt(index) == '%') {
        octets.put((byte) Integer.parseInt(encoded, index + 1, index + 3, 16));
        index += 2;
      } else {
        octets.put((byte) encoded.charAt(index));
      }
    }
    return new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8);
  }
}
