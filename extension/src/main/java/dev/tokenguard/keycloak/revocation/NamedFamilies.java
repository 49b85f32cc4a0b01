package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.rotation.AccessTokens;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The revoked families whose access tokens this node has already added to the lists, so that
 * further requests with a token of such a family cost no more than others.
 */
public final class NamedFamilies {

  /** The ids of this number of families fit into two megabytes. */
  private static final int MAX_FAMILIES = 10_000;

  private final Set<Named> families =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Named, Boolean> eldest) {
                  return size() > MAX_FAMILIES;
                }
              }));

  /** Returns true to the one caller that adds the access tokens. */
  public boolean begin(AccessTokens tokens) {
    return families.add(Named.of(tokens));
  }

  /** Records a failure: the next request with a token of the family adds them. */
  public void failed(AccessTokens tokens) {
    families.remove(Named.of(tokens));
  }

  /** Without the oldest unexpired ones, which change with time and not by further tokens. */
  private record Named(String family, long last, long lastReplay) {
    private static Named of(AccessTokens tokens) {
      return new Named(tokens.family(), tokens.last(), tokens.lastReplay());
    }
  }
}
