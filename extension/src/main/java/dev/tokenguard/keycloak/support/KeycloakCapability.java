package dev.tokenguard.keycloak.support;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What Keycloak has from some version on, found out by its classes when this one is loaded. The
 * code that needs it is in packages of its own, which are compiled against that version; nothing
 * else refers to them but by name.
 */
public enum KeycloakCapability {

  /** All tokens of a response pass a provider before they are signed; from 26.6 on. */
  TOKEN_INTERCEPTOR(
      "org.keycloak.protocol.oidc.token.TokenPostProcessor",
      it -> true,
      "logins by token-interceptor",
      "logins by client-policy events"),

  /** The context of a policy event names the client; from 26.6 on. */
  CLIENT_IN_POLICY_EVENTS(
      "org.keycloak.services.clientpolicy.context.ClientModelContext",
      it -> true,
      "conditions by the event's client",
      "conditions by the request's client"),

  /** Sessions can be read without being loaded into caches or entities; from 26.7 on. */
  READ_ONLY_SESSIONS(
      "org.keycloak.models.session.UserSessionPersisterProvider",
      it ->
          Arrays.stream(it.getMethods())
              .anyMatch(method -> method.getName().equals("findUserSessionsByUserId")),
      "sessions read-only",
      "sessions by the persister"),

  /** The list of revoked tokens has an SPI of its own; from 26.7 on. */
  REVOKED_TOKENS(
      "org.keycloak.models.RevokedTokenProvider",
      it -> true,
      "revoked tokens by revokedToken",
      "revoked tokens by singleUseObject");

  private final boolean isAvailable;
  private final String with;
  private final String without;

  KeycloakCapability(String type, Predicate<Class<?>> condition, String with, String without) {
    this.isAvailable = isThere(type, condition);
    this.with = with;
    this.without = without;
  }

  private static boolean isThere(String type, Predicate<Class<?>> condition) {
    try {
      return condition.test(Class.forName(type, false, KeycloakCapability.class.getClassLoader()));
    } catch (ClassNotFoundException older) {
      return false;
    }
  }

  public boolean isAvailable() {
    return isAvailable;
  }

  /**
   * The code that uses the capability. To be called once, when it is available.
   *
   * @param port what it implements
   * @param implementation the name of a class with a constructor without parameters
   */
  public <T> T adapter(Class<T> port, String implementation) {
    try {
      return Class.forName(implementation).asSubclass(port).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException incomplete) {
      throw new IllegalStateException("The JAR lacks " + implementation, incomplete);
    }
  }

  /** How things are done in the Keycloak at hand; for the server info. */
  public static String describe() {
    return Arrays.stream(values())
        .map(it -> it.isAvailable ? it.with : it.without)
        .collect(Collectors.joining(", "));
  }
}
