package dev.tokenguard.redis.store;

import dev.tokenguard.revocation.RevocationScope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/**
 * The names of all keys and fields. No other class builds one.
 *
 * <pre>
 * tg:u:{user id}   hash, all state of one user, expires with the last of its entries
 *   f:&lt;family&gt;  a:&lt;family&gt;             a token family, see lua/record.lua
 *   p:&lt;family&gt;                         tag of the token for which it was issued by token exchange
 *   t:&lt;family&gt;                         times of its earlier rotations, only with grace-depth
 *   i:&lt;client&gt;.&lt;number&gt;                the families of a client in the order of their logins
 *   h:&lt;client&gt;                         the first and the next number of that order; its watermark
 *   s:&lt;session&gt;  o:&lt;session&gt;           a revoked session, online or offline
 *   c:&lt;session&gt;.&lt;client&gt;               a revoked client session
 *   k:&lt;client&gt;                         cut-off of the user at a client
 *   u                                  cut-off of the user
 *   x:&lt;tag&gt;                            the number of tokens exchanged for tokens of a family
 * </pre>
 *
 * <p>Other keys:
 *
 * <pre>
 * tg:incidents:{realm id}  stream, the newest incidents of a realm, see lua/report.lua
 * tg:exp:{realm id}        text, the latest expiry of the access tokens of a realm
 * tg:heartbeat             hash, for the detection of data loss, see lua/heartbeat.lua
 * </pre>
 *
 * <p>Resource servers read the revocation list, so its keys contain the ids as tokens do:
 *
 * <pre>
 * tg:at:&lt;jti&gt;       a revoked access token
 * tg:sid:&lt;sid&gt;      a cut-off: access tokens of the session up to it are revoked
 * tg:sub:&lt;user id&gt;  a cut-off: earlier access tokens of the user are revoked
 * </pre>
 *
 * <p>Ids may be any text: those of federated users contain colons and names. In the key of a user,
 * characters other than letters, digits and {@code -._:} are percent-encoded, so a brace cannot
 * change the hash tag. In a field, a UUID is its 16 bytes in Base64 (22 characters), and any other
 * id is percent-encoded after a {@code ~}.
 */
public final class RedisKeys {

  static final String USER_CUTOFF = "u";

  private static final int UUID_CHARACTERS = 36;

  private static final Map<RevocationScope, String> ENTRIES =
      Map.of(
          RevocationScope.ACCESS_TOKEN, "at:",
          RevocationScope.SESSION, "sid:",
          RevocationScope.USER, "sub:");

  private final String prefix;

  /**
   * @param prefix the prefix of every key
   */
  public RedisKeys(String prefix) {
    this.prefix = prefix;
  }

  public String user(String userId) {
    return prefix + "u:{" + encoded(userId) + "}";
  }

  String incidents(String realmId) {
    return prefix + "incidents:{" + encoded(realmId) + "}";
  }

  String latestExpiry(String realmId) {
    return prefix + "exp:{" + encoded(realmId) + "}";
  }

  String heartbeat() {
    return prefix + "heartbeat";
  }

  /**
   * An entry of the revocation list.
   *
   * @param scope an access token, a session or a user
   */
  String revoked(RevocationScope scope, String id) {
    return prefix + ENTRIES.get(scope) + id;
  }

  // Fields are named by compact ids: an id is compacted once for all that it names.

  static String session(String compactSession, boolean isOffline) {
    return (isOffline ? "o:" : "s:") + compactSession;
  }

  static String clientSession(String compactSession, String compactClient) {
    return "c:" + compactSession + "." + compactClient;
  }

  static String client(String compactClient) {
    return "k:" + compactClient;
  }

  static String exchanges(String tag) {
    return "x:" + tag;
  }

  /** The short form of an id; {@link #expanded} is its inverse. */
  public String compact(String id) {
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
        // It stays a text.
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
