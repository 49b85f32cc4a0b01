package dev.tokenguard.rotation;

/** The store was not reachable, did not answer in time, or gave an unexpected answer. */
public final class StoreUnavailableException extends RuntimeException {

  private final boolean mayHaveBeenExecuted;

  /** The store has not executed the step. */
  public StoreUnavailableException(String message) {
    this(message, false);
  }

  /** The store has not executed the step. */
  public StoreUnavailableException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private StoreUnavailableException(String message, Throwable cause, boolean mayHaveBeenExecuted) {
    super(message, cause);
    this.mayHaveBeenExecuted = mayHaveBeenExecuted;
  }

  private StoreUnavailableException(String message, boolean mayHaveBeenExecuted) {
    super(message);
    this.mayHaveBeenExecuted = mayHaveBeenExecuted;
  }

  /** The answer of the store is unexpected, and it may have executed the step. */
  public static StoreUnavailableException unexpected(String message) {
    return new StoreUnavailableException(message, true);
  }

  /** The store did not answer, and may have executed the step. */
  public static StoreUnavailableException unanswered(String message, Throwable cause) {
    return new StoreUnavailableException(message, cause, true);
  }

  /** Whether the store may have executed the step. */
  public boolean mayHaveBeenExecuted() {
    return mayHaveBeenExecuted;
  }
}
