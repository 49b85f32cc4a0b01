package dev.tokenguard.rotation;

import static dev.tokenguard.config.Setting.choice;
import static dev.tokenguard.config.Setting.flag;
import static dev.tokenguard.config.Setting.number;

import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.MissingConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What an administrator may set of a {@link RotationPolicy}: names, ranges, defaults, help. */
final class RotationSettings {

  private static final Setting<Mode> MODE =
      choice(
          "mode",
          "enforce carries refusals out. observe adds no refusal of its own: it answers with the newest"
              + " token and reports to events and metrics what it would have done. What was revoked"
              + " before is refused in both.",
          List.of(Mode.ENFORCE, Mode.OBSERVE),
          Mode.ENFORCE);
  private static final Setting<Integer> GRACE_PERIOD =
      number(
          "grace-period",
          "How long after a rotation the replaced token still gets the very same new token (two tabs,"
              + " a retry after a lost answer). 0 turns every replay into a reuse.",
          "seconds",
          0,
          300,
          10);
  private static final Setting<Integer> GRACE_MAX_REPLAYS =
      number(
          "grace-max-replays",
          "How many replays of one token the grace period covers. One more is answered with 429 and"
              + " Retry-After; nothing is revoked. 0 means no limit.",
          "replays",
          0,
          1_000_000,
          0);
  private static final Setting<ContextMatch> GRACE_CONTEXT =
      choice(
          "grace-context",
          "Grace covers a replay only from the context of the request that rotated. It keeps a thief"
              + " from following the chain inside each grace period.",
          ContextMatch.class,
          ContextMatch.USER_AGENT);
  private static final Setting<ReuseConsequence> ON_REUSE =
      choice(
          "on-reuse",
          "What ends when a reuse is detected: the token family, the client's part of the session,"
              + " the whole session, or all of the user's sessions, offline ones included.",
          ReuseConsequence.class,
          ReuseConsequence.REVOKE_FAMILY);
  private static final Setting<Integer> MAX_ROTATIONS =
      number(
          "max-rotations",
          "After so many rotations the user must log in again. 0 means no limit.",
          "rotations",
          0,
          Integer.MAX_VALUE,
          0);
  private static final Setting<Integer> ABSOLUTE_LIFETIME =
      number(
          "absolute-lifetime",
          "So long after the login no refresh token works any more. 0 leaves it to the realm.",
          "seconds",
          0,
          Integer.MAX_VALUE,
          0);
  private static final Setting<Integer> MAX_REFRESHES_PER_MINUTE =
      number(
          "max-refreshes-per-minute",
          "More refreshes of one family than this in a minute are answered with 429 and Retry-After;"
              + " nothing is revoked. 0 means no limit.",
          "refreshes",
          0,
          1_000_000,
          0);
  private static final Setting<Integer> MAX_FAMILIES_PER_USER_AND_CLIENT =
      number(
          "max-families-per-user-and-client",
          "How many token families a user may have at a client. A login beyond it revokes the oldest:"
              + " its refresh and access tokens. Limits above 64 may be exceeded by a sixteenth for a"
              + " few logins. 0 means no limit.",
          "families",
          0,
          1_000,
          1_000);
  private static final Setting<ContextMatch> BIND_TO =
      choice(
          "bind-to",
          "Refresh tokens work only from the context that they were issued to.",
          ContextMatch.class,
          ContextMatch.NONE);
  private static final Setting<MismatchConsequence> ON_BINDING_MISMATCH =
      choice(
          "on-binding-mismatch",
          "When a bound token is used from another context: deny refuses it, observe lets it pass and"
              + " tells events and metrics, revoke-family refuses it and ends its family.",
          MismatchConsequence.class,
          MismatchConsequence.DENY);
  private static final Setting<Boolean> REVOKE_PREVIOUS_ACCESS_TOKEN =
      flag(
          "revoke-previous-access-token",
          "A refresh revokes the access token that it replaces.",
          false);
  private static final Setting<FailureConsequence> ON_REDIS_FAILURE =
      choice(
          "on-redis-failure",
          "When Redis cannot be asked: deny answers 503 with Retry-After and consumes nothing, allow"
              + " rotates without Redis.",
          FailureConsequence.class,
          FailureConsequence.DENY);
  private static final Setting<MissingConsequence> ON_MISSING_STATE =
      choice(
          "on-missing-state",
          "When Redis has no record of a family: adopt continues from the presented token, deny requires a"
              + " new login.",
          MissingConsequence.class,
          MissingConsequence.ADOPT);

  static final List<Setting<?>> ALL =
      List.of(
          MODE,
          GRACE_PERIOD,
          GRACE_MAX_REPLAYS,
          GRACE_CONTEXT,
          ON_REUSE,
          MAX_ROTATIONS,
          ABSOLUTE_LIFETIME,
          MAX_REFRESHES_PER_MINUTE,
          MAX_FAMILIES_PER_USER_AND_CLIENT,
          BIND_TO,
          ON_BINDING_MISMATCH,
          REVOKE_PREVIOUS_ACCESS_TOKEN,
          ON_REDIS_FAILURE,
          ON_MISSING_STATE);

  private RotationSettings() {}

  static RotationPolicy policyOf(Map<String, ?> given) {
    return new RotationPolicy(
        MODE.from(given),
        Duration.ofSeconds(GRACE_PERIOD.from(given)),
        GRACE_MAX_REPLAYS.from(given),
        GRACE_CONTEXT.from(given),
        ON_REUSE.from(given),
        MAX_ROTATIONS.from(given),
        Duration.ofSeconds(ABSOLUTE_LIFETIME.from(given)),
        MAX_REFRESHES_PER_MINUTE.from(given),
        MAX_FAMILIES_PER_USER_AND_CLIENT.from(given),
        BIND_TO.from(given),
        ON_BINDING_MISMATCH.from(given),
        REVOKE_PREVIOUS_ACCESS_TOKEN.from(given),
        ON_REDIS_FAILURE.from(given),
        ON_MISSING_STATE.from(given));
  }
}
