package jakarta.transaction;

/**
 * A class that Keycloak's helper for transactions refers to, so that unit tests can load it without
 * another dependency. Nothing throws it.
 */
public class SystemException extends Exception {
  private static final long serialVersionUID = 1L;
}
