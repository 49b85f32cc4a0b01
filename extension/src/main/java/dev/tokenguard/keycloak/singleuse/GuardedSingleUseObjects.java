package dev.tokenguard.keycloak.singleuse;

import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import java.util.Map;
import org.keycloak.models.SingleUseObjectProvider;

/**
 * Keycloak's single-use objects; those of revoked tokens are also in Redis. All others (codes,
 * pushed requests, device codes, proofs of possession, action tokens, the lock of a refresh) are
 * delegated.
 */
final class GuardedSingleUseObjects implements SingleUseObjectProvider {

  private final SingleUseObjectProvider builtIn;
  private final RevokedTokenList revoked;

  /**
   * @param revoked the list of revoked tokens in {@code builtIn} and in Redis
   */
  GuardedSingleUseObjects(SingleUseObjectProvider builtIn, RevokedTokenList revoked) {
    this.builtIn = builtIn;
    this.revoked = revoked;
  }

  @Override
  public void put(String key, long lifespanSeconds, Map<String, String> notes) {
    if (isRevokedToken(key)) {
      revoked.put(tokenId(key), lifespanSeconds);
    } else {
      builtIn.put(key, lifespanSeconds, notes);
    }
  }

  @Override
  public boolean contains(String key) {
    return isRevokedToken(key) ? revoked.contains(tokenId(key)) : builtIn.contains(key);
  }

  @Override
  public boolean putIfAbsent(String key, long lifespanSeconds) {
    return builtIn.putIfAbsent(key, lifespanSeconds);
  }

  @Override
  public Map<String, String> get(String key) {
    return builtIn.get(key);
  }

  @Override
  public Map<String, String> remove(String key) {
    return builtIn.remove(key);
  }

  @Override
  public boolean replace(String key, Map<String, String> notes) {
    return builtIn.replace(key, notes);
  }

  @Override
  public void close() {
    // Keycloak closes the built-in provider.
  }

  private static boolean isRevokedToken(String key) {
    return key.endsWith(REVOKED_KEY);
  }

  private static String tokenId(String key) {
    return key.substring(0, key.length() - REVOKED_KEY.length());
  }
}
