package dev.tokenguard.rotation;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** How refresh tokens of a client rotate: the settings of the executor after parsing. */
public record RotationPolicy(
    Mode mode,
    Rotation rotation,
    Duration gracePeriod,
    GraceUntil graceUntil,
    int graceDepth,
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

  /** Whether a refresh issues the next token, or returns the presented one. */
  public enum Rotation {
    ON,
    OFF
  }

  /** What closes the grace period, except for its end. */
  public enum GraceUntil {
    /** A token that is too many generations old, see {@link #graceDepth}. */
    TIME,
    /** The first use of the successor. Only with a context, and with a depth of 1. */
    CHILD_USED
  }

  /** The properties that two requests must have in common to be of the same context. */
  public enum ContextMatch {
    NONE(false, false),
    USER_AGENT(true, false),
    IP(false, true),
    USER_AGENT_AND_IP(true, true),
    /** The request proves the key of the presented token, see {@link RotationRequest.KeyProof}. */
    KEY(false, false);

    private final boolean userAgent;
    private final boolean ip;

    ContextMatch(boolean userAgent, boolean ip) {
      this.userAgent = userAgent;
      this.ip = ip;
    }

    /** Whether the request must prove a key. */
    public boolean requiresKey() {
      return this == KEY;
    }

    /** Whether it compares the request with that of the login or the rotation. */
    public boolean comparesRequests() {
      return userAgent || ip;
    }

    public boolean comparesUserAgent() {
      return userAgent;
    }

    public boolean comparesIp() {
      return ip;
    }

    /** Compares user agent and address, not the key, of which there is no hash to compare. */
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
   * @throws InvalidSettingException for the first value out of range, or one that contradicts
   *     another
   */
  public static RotationPolicy parse(Map<String, ?> given) {
    return RotationSettings.policyOf(given);
  }

  /** Whether refusals are only reported, except those of revoked tokens. */
  public boolean isObserving() {
    return mode != Mode.ENFORCE;
  }

  /** Whether a refresh issues the next token. */
  public boolean rotates() {
    return rotation == Rotation.ON;
  }

  /** Whether the policy depends on the key of the client. */
  public boolean usesKey() {
    return graceContext.requiresKey() || bindTo.requiresKey();
  }

  /** The same policy in the mode {@link Mode#LOOKUP}. */
  public RotationPolicy lookupOnly() {
    return with(Mode.LOOKUP, rotation);
  }

  /** The same policy where a refresh returns the presented token. */
  public RotationPolicy withoutRotation() {
    return with(mode, Rotation.OFF);
  }

  private RotationPolicy with(Mode otherMode, Rotation otherRotation) {
    return new RotationPolicy(
        otherMode,
        otherRotation,
        gracePeriod,
        graceUntil,
        graceDepth,
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
