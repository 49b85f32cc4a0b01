package dev.tokenguard.keycloak.connection;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How it is with Redis.
 *
 * @param isReady whether a node in this state is to get requests
 * @param details for people
 */
public record RedisHealth(boolean isReady, Map<String, String> details) {

  public RedisHealth {
    // In the order in which they are shown, which Map.copyOf() does not keep.
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
