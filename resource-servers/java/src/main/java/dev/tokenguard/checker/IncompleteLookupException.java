package dev.tokenguard.checker;

import java.util.List;

/**
 * Some keys were read, and others not: a key has another type, or its node of the Cluster is
 * unavailable. What was read can revoke the token. Otherwise the verdict is {@link
 * Verdict.Unknown}.
 */
public final class IncompleteLookupException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient List<String> values;

  /**
   * @param values in the order of the keys; null for a key that does not exist or was not read
   * @param cause why a key was not read
   */
  public IncompleteLookupException(List<String> values, Throwable cause) {
    super("Not all keys could be read from Redis. Cause: " + cause, cause);
    this.values = values;
  }

  List<String> values() {
    return values;
  }
}
