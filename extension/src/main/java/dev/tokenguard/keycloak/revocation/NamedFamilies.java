package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.rotation.AccessTokens;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The revoked families whose access tokens this node has named. A revoked token that is presented
 * again, or by many requests at once, costs no more than a valid one.
 */
public final class NamedFamilies {

  /** The ids of so many fit into two megabytes. */
  private static final int MOST = 10_000;

  private final Set<Named> families =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Named, Boolean> eldest) {
                  return size() > MOST;
                }
              }));

  /** Whether the caller is the one that names them. */
  public boolean begin(AccessTokens tokens) {
    return families.add(Named.of(tokens));
  }

  /** They were not named after all; the next one to present a token names them. */
  public void failed(AccessTokens tokens) {
    families.remove(Named.of(tokens));
  }

  /** The oldest unexpired one changes with the time, the newest one by a further token only. */
  private record Named(String family, long last, long lastReplay) {
    private static Named of(AccessTokens tokens) {
      return new Named(tokens.family(), tokens.last(), tokens.lastReplay());
    }
  }
}
