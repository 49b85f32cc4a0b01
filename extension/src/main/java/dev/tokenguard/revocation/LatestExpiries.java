package dev.tokenguard.revocation;

/**
 * When the last access token of a realm expires, as all nodes have seen it. It outlives a change of
 * the realm's settings and a restart.
 *
 * <p>All methods throw {@link dev.tokenguard.rotation.StoreUnavailableException} when the store
 * cannot be asked or does not answer in time.
 */
public interface LatestExpiries {

  /**
   * Takes a later second for the latest; an earlier one changes nothing. One atomic step. It is
   * kept until that second.
   *
   * @param expiresAt seconds since the epoch
   * @return the latest second, seconds since the epoch
   */
  long raise(String realmId, long expiresAt);

  /** Seconds since the epoch; 0 when none is known. */
  long latest(String realmId);
}
