package dev.tokenguard.keycloak;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;

/** Interfaces of Keycloak with the methods that a test needs; each version has other ones, too. */
public final class Fake {

  private Fake() {}

  public static <T> T of(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** Its methods return the given results by name; others return null, false or zero. */
  public static <T> T of(Class<T> type, Map<String, ?> results) {
    return of(
        type,
        (self, method, arguments) ->
            results.containsKey(method.getName())
                ? results.get(method.getName())
                : nothing(method.getReturnType()));
  }

  /** The default value of a type. */
  public static Object nothing(Class<?> type) {
    return type == void.class ? null : Array.get(Array.newInstance(type, 1), 0);
  }
}
