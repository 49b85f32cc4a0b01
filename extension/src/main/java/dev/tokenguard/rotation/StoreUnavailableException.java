package dev.tokenguard.rotation;

/** The store could not be asked, did not answer in time, or answered what it must not. */
public final class StoreUnavailableException extends RuntimeException {

  private final boolean mayHaveBeenTaken;

  /** The step was not taken. */
  public StoreUnavailableException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private StoreUnavailableException(String message, Throwable cause, boolean mayHaveBeenTaken) {
    super(message, cause);
    this.mayHaveBeenTaken = mayHaveBeenTaken;
  }

  /** The store was asked and its answer did not come. */
  public static StoreUnavailableException unanswered(String message, Throwable cause) {
    return new StoreUnavailableException(message, cause, true);
  }

  /** Whether the step may have been taken all the same. */
  public boolean mayHaveBeenTaken() {
    return mayHaveBeenTaken;
  }
}
