package dev.tokenguard.rotation;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How refresh tokens of a client rotate. Parsed once from what an administrator saved. */
public record RotationPolicy(
    Mode mode,
    Duration gracePeriod,
    int graceMaxReplays,
    ContextMatch graceContext,
    ReuseConsequence onReuse,
    int maxRotations,
    Duration absoluteLifetime,
    int maxRefreshesPerMinute,
    int maxFamiliesPerUserAndClient,
    ContextMatch bindTo,
    MismatchConsequence onBindingMismatch,
    boolean revokesPreviousAccessToken,
    FailureConsequence onRedisFailure,
    MissingConsequence onMissingState) {

  /** Whether refusals are carried out. */
  public enum Mode {
    ENFORCE,
    OBSERVE,
    /**
     * Changes nothing and adds no refusal; what was revoked is refused. Not for administrators: it
     * serves requests to which no policy applies.
     */
    LOOKUP
  }

  /** What happens when a bound family is used elsewhere. */
  public enum MismatchConsequence {
    DENY,
    OBSERVE,
    REVOKE_FAMILY
  }

  /** What happens when the store cannot be asked. */
  public enum FailureConsequence {
    DENY,
    ALLOW
  }

  /** What happens to a token whose family should have a record and has none. */
  public enum MissingConsequence {
    ADOPT,
    DENY
  }

  /** For a token with lineage claims to which no policy applies. */
  public static final RotationPolicy LOOKUP = parse(Map.of()).lookupOnly();

  /** All settings, in the order in which the console shows them. */
  public static final List<Setting<?>> SETTINGS = RotationSettings.ALL;

  /**
   * Reads a policy from saved settings; what is not given has its default.
   *
   * @throws InvalidSettingException for the first value out of range
   */
  public static RotationPolicy parse(Map<String, ?> given) {
    return RotationSettings.policyOf(given);
  }

  /** Whether refusals are not carried out, but for those of what was revoked before. */
  public boolean isObserving() {
    return mode != Mode.ENFORCE;
  }

  /** The same limits, only to look a token up. */
  public RotationPolicy lookupOnly() {
    return new RotationPolicy(
        Mode.LOOKUP,
        gracePeriod,
        graceMaxReplays,
        graceContext,
        onReuse,
        maxRotations,
        absoluteLifetime,
        maxRefreshesPerMinute,
        maxFamiliesPerUserAndClient,
        bindTo,
        onBindingMismatch,
        revokesPreviousAccessToken,
        onRedisFailure,
        onMissingState);
  }

  /**
   * When the lifetime that began with the login is over.
   *
   * @param loggedInAt seconds since the epoch
   * @return seconds since the epoch; 0 when the policy sets no end
   */
  public long notAfter(long loggedInAt) {
    return absoluteLifetime.isZero() ? 0 : loggedInAt + absoluteLifetime.toSeconds();
  }
}
