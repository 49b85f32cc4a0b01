package jakarta.transaction;

/** As {@link SystemException}. */
public class InvalidTransactionException extends Exception {
  private static final long serialVersionUID = 1L;
}
