package dev.tokenguard.rotation;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How refresh tokens of a client rotate: the settings of the executor after parsing. */
public record RotationPolicy(
    Mode mode,
    Duration gracePeriod,
    int graceMaxReplays,
    ContextMatch graceContext,
    RevocationScope onReuse,
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
     * Rotates nothing and refuses revoked tokens only. Not a value of the setting: it serves
     * requests to which no policy applies.
     */
    LOOKUP
  }

  /** The properties that two requests must have in common to be of the same context. */
  public enum ContextMatch {
    NONE(false, false),
    USER_AGENT(true, false),
    IP(false, true),
    USER_AGENT_AND_IP(true, true);

    private final boolean userAgent;
    private final boolean ip;

    ContextMatch(boolean userAgent, boolean ip) {
      this.userAgent = userAgent;
      this.ip = ip;
    }

    public boolean comparesUserAgent() {
      return userAgent;
    }

    public boolean comparesIp() {
      return ip;
    }

    public boolean isSame(RequestContext one, RequestContext other) {
      return (!userAgent || one.userAgent().equals(other.userAgent()))
          && (!ip || one.ip().equals(other.ip()));
    }
  }

  /** What happens to a refresh from another context than the bound one. */
  public enum MismatchConsequence {
    DENY,
    OBSERVE,
    REVOKE_FAMILY
  }

  /** What happens to a refresh while the store is unavailable. */
  public enum FailureConsequence {
    DENY,
    ALLOW
  }

  /** What happens to a token whose family has no record although it was rotated before. */
  public enum MissingConsequence {
    ADOPT,
    DENY
  }

  /** For a token with lineage claims to which no policy applies. */
  public static final RotationPolicy LOOKUP = parse(Map.of()).lookupOnly();

  /** All settings in the order of the console. */
  public static final List<Setting<?>> SETTINGS = RotationSettings.ALL;

  /**
   * Reads a policy from saved settings; a missing one has its default.
   *
   * @throws InvalidSettingException for the first value out of range
   */
  public static RotationPolicy parse(Map<String, ?> given) {
    return RotationSettings.policyOf(given);
  }

  /** Whether refusals are only reported, except those of revoked tokens. */
  public boolean isObserving() {
    return mode != Mode.ENFORCE;
  }

  /** The same policy in the mode {@link Mode#LOOKUP}. */
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
   * When the absolute lifetime is over.
   *
   * @param loggedInAt seconds since the epoch
   * @return seconds since the epoch; 0 when the policy sets no absolute lifetime
   */
  public long notAfter(long loggedInAt) {
    return absoluteLifetime.isZero() ? 0 : loggedInAt + absoluteLifetime.toSeconds();
  }
}
