package dev.tokenguard.keycloak.connection;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.keycloak.Config;

/** Options of Keycloak, from a map. Each version has other methods beside the one that is used. */
final class GivenOptions {

  private GivenOptions() {}

  static Config.Scope of(Map<String, String> given) {
    return (Config.Scope)
        Proxy.newProxyInstance(
            GivenOptions.class.getClassLoader(),
            new Class<?>[] {Config.Scope.class},
            (self, method, arguments) -> {
              if (method.getName().equals("get") && arguments.length == 1) {
                return given.get((String) arguments[0]);
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
