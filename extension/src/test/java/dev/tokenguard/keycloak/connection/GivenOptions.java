package dev.tokenguard.keycloak.connection;

import java.util.Map;
import java.util.Set;
import org.keycloak.Config;

/** Options of Keycloak, from a map. */
final class GivenOptions extends Config.AbstractScope {

  private final Map<String, String> given;

  GivenOptions(Map<String, String> given) {
    this.given = given;
  }

  @Override
  public String get(String key) {
    return given.get(key);
  }

  @Override
  public Config.Scope scope(String... scope) {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  public Set<String> getPropertyNames() {
    return given.keySet();
  }

  @Override
  public Config.Scope root() {
    throw new UnsupportedOperationException();
  }
}
