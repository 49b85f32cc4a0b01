package dev.tokenguard.keycloak.support;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The capabilities that Keycloak has from a version on, detected by its classes when this class is
 * loaded. The code that needs one is in a package of its own, compiled against that version, and is
 * referred to by name only.
 */
public enum KeycloakCapability {

  /** A provider gets all tokens of a response before they are signed; from 26.6 on. */
  TOKEN_INTERCEPTOR(
      "org.keycloak.protocol.oidc.token.TokenPostProcessor",
      it -> true,
      "logins by token-interceptor",
      "logins by client-policy events"),

  /** The context of a policy event contains the client; from 26.6 on. */
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
   * An instance of the code that uses this capability, if it is available.
   *
   * @param port the interface that the code implements
   * @param implementation the name of its class, which has a constructor without parameters
   * @throws IllegalStateException if the JAR lacks the class
   */
  public <T> T adapter(Class<T> port, String implementation) {
    try {
      return Class.forName(implementation).asSubclass(port).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException incomplete) {
      throw new IllegalStateException("The JAR lacks " + implementation, incomplete);
    }
  }

  /** The capabilities in use, for the server info. */
  public static String describe() {
    return Arrays.stream(values())
        .map(it -> it.isAvailable ? it.with : it.without)
        .collect(Collectors.joining(", "));
  }
}
