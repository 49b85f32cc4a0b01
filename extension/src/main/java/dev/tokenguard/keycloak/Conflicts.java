package dev.tokenguard.keycloak;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Retry;

/**
 * Where two requests change a session at once, the database lets one go first, and Keycloak fails
 * the other one (409). A client would come again; what ends sessions has nobody who would.
 */
public final class Conflicts {

  private static final Logger LOG = Logger.getLogger(Conflicts.class);

  static final int TRIES = 5;

  /** Before the second try at most twice as long, and twice that before each further one. */
  private static final int PAUSE_MILLIS = 20;

  private Conflicts() {}

  /**
   * Takes a step that may fail by a conflict, up to five times within about half a second.
   *
   * @param step in a transaction of its own, and as good when it is taken twice
   * @throws RuntimeException that of the last try
   */
  public static <T> T outlast(Supplier<T> step) {
    AtomicReference<T> result = new AtomicReference<>();
    Retry.executeWithBackoff(
        attempt -> result.set(step.get()),
        (attempt, failure) -> LOG.debugf(failure, "Try %d of %d failed", attempt + 1, TRIES),
        TRIES,
        PAUSE_MILLIS);
    return result.get();
  }
}
