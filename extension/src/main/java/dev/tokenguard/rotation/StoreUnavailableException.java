package dev.tokenguard.rotation;

/** The store could not be asked, did not answer in time, or answered what it must not. */
public final class StoreUnavailableException extends RuntimeException {

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
