package dev.tokenguard.rotation;

import static dev.tokenguard.config.Setting.choice;
import static dev.tokenguard.config.Setting.flag;
import static dev.tokenguard.config.Setting.number;

import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RotationPolicy.ContextMatch;
import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import dev.tokenguard.rotation.RotationPolicy.GraceUntil;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.MissingConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import dev.tokenguard.rotation.RotationPolicy.Rotation;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The settings of a {@link RotationPolicy}: names, labels, ranges, defaults, help texts. */
final class RotationSettings {

  private static final String GRACE = "Grace period";
  private static final String REUSE = "Reuse and theft";
  private static final String LIMITS = "Limits";
  private static final String BINDING = "Binding";
  private static final String REDIS = "Redis";

  private static final Setting<Mode> MODE =
      choice(
              "mode",
              "enforce carries out the refusals of this policy. observe only reports them to events"
                  + " and metrics, and answers such a refresh with the newest token of the family."
                  + " Revoked tokens are refused in both modes. Choose observe to try a policy"
                  + " before it can refuse clients.",
              List.of(Mode.ENFORCE, Mode.OBSERVE),
              Mode.ENFORCE)
          .labelled("Mode")
          .in("Mode");
  private static final Setting<Rotation> ROTATION =
      choice(
              "rotation",
              "on issues a new refresh token with each refresh, off returns the presented token and"
                  + " keeps everything else: limits, binding, revocation, events. Choose off for"
                  + " clients that must not get rotated tokens, such as those of the FAPI 2.0 Security"
                  + " Profile, which use sender-constrained tokens instead.",
              Rotation.class,
              Rotation.ON)
          .labelled("Rotation")
          .in("Mode");
  private static final Setting<Integer> GRACE_PERIOD =
      number(
              "grace-period",
              "How long a replaced refresh token is accepted after its rotation. The client gets the"
                  + " same new token again, so two tabs that refresh at once and a retry after a lost"
                  + " response stay logged in. 0 turns every replay into a reuse. Raise it for"
                  + " clients on slow or unreliable networks.",
              "seconds",
              0,
              604_800,
              10)
          .labelled("Grace period (seconds)")
          .in(GRACE);
  private static final Setting<GraceUntil> GRACE_UNTIL =
      choice(
              "grace-until",
              "What can end the grace period of a replaced token early. time: only the limit of the"
                  + " grace depth. child-used: the first use of its successor; this requires a context"
                  + " and a depth of 1. Choose child-used with a long grace period"
                  + " for devices that lose responses and sleep: a thief then gains nothing after the"
                  + " next refresh of the device.",
              GraceUntil.class,
              GraceUntil.TIME)
          .labelled("Grace until")
          .in(GRACE);
  private static final Setting<Integer> GRACE_DEPTH =
      number(
              "grace-depth",
              "How many generations of replaced tokens are accepted, each for its own grace period."
                  + " More than 1 requires a context. Raise it for processes that share a login and"
                  + " refresh at the same time; a thief with the same context can then also use an"
                  + " older token within its grace period.",
              "generations",
              1,
              10,
              1)
          .labelled("Grace depth (generations)")
          .in(GRACE);
  private static final Setting<ContextMatch> GRACE_CONTEXT =
      choice(
              "grace-context",
              "What a replay within the grace period must have in common with the request that"
                  + " rotated the token: the User-Agent header, the IP address of the client, or"
                  + " both. A replay from another context is a reuse. key requires the proof of the"
                  + " key of the token (DPoP, mTLS, private_key_jwt), and accepts any replay with it,"
                  + " however old. Choose none if one client sends different User-Agent headers, and"
                  + " key for clients that prove the possession of a key.",
              ContextMatch.class,
              ContextMatch.USER_AGENT)
          .labelled("Context within the grace period")
          .in(GRACE);
  private static final Setting<Integer> GRACE_MAX_REPLAYS =
      number(
              "grace-max-replays",
              "How many replays of one token are accepted within the grace period. A further replay"
                  + " is answered with 429 and Retry-After; nothing is revoked. 0 means no limit. Set"
                  + " it to slow down clients that repeat a request in a loop.",
              "replays",
              0,
              1_000_000,
              0)
          .labelled("Maximum replays within the grace period")
          .in(GRACE);
  private static final Setting<RevocationScope> ON_REUSE =
      choice(
              "on-reuse",
              "What a detected reuse revokes: the token family, the client's part of the session, the"
                  + " session with all its clients, or all sessions of the user, offline sessions"
                  + " included. Widen it if a stolen token means that the browser or the account is"
                  + " compromised.",
              List.of(
                  RevocationScope.FAMILY,
                  RevocationScope.CLIENT_SESSION,
                  RevocationScope.SESSION,
                  RevocationScope.USER),
              RevocationScope.FAMILY,
              scope -> "revoke-" + Setting.id(scope))
          .labelled("On token reuse")
          .in(REUSE);
  private static final Setting<Boolean> REVOKE_PREVIOUS_ACCESS_TOKEN =
      flag(
              "revoke-previous-access-token",
              "Whether a refresh revokes the access token that it replaces. Switch it on if access"
                  + " tokens have a long lifespan and the client does not use the previous one after"
                  + " a refresh.",
              false)
          .labelled("Revoke previous access token")
          .in(REUSE);
  private static final Setting<Integer> MAX_ROTATIONS =
      number(
              "max-rotations",
              "How many rotations are allowed after a login; then the user must log in again. 0 means"
                  + " no limit. Set it to bound how often one login can be extended.",
              "rotations",
              0,
              Integer.MAX_VALUE,
              0)
          .labelled("Maximum rotations")
          .in(LIMITS);
  private static final Setting<Integer> ABSOLUTE_LIFETIME =
      number(
              "absolute-lifetime",
              "How long after the login refresh tokens are accepted, offline tokens included; then the"
                  + " user must log in again. 0 leaves the lifetime to the realm. Set it if users of"
                  + " this client must authenticate again after a fixed time.",
              "seconds",
              0,
              Integer.MAX_VALUE,
              0)
          .labelled("Absolute lifetime (seconds)")
          .in(LIMITS);
  private static final Setting<Integer> MAX_REFRESHES_PER_MINUTE =
      number(
              "max-refreshes-per-minute",
              "How many refreshes of one token family are accepted in a minute. A further refresh is"
                  + " answered with 429 and Retry-After; nothing is revoked. 0 means no limit. Set it"
                  + " to slow down clients that refresh in a loop.",
              "refreshes",
              0,
              1_000_000,
              0)
          .labelled("Maximum refreshes per minute")
          .in(LIMITS);
  private static final Setting<Integer> MAX_FAMILIES_PER_USER_AND_CLIENT =
      number(
              "max-families-per-user-and-client",
              "How many token families a user can have at a client. A login beyond the limit revokes"
                  + " the oldest family, with its refresh and access tokens. Limits above 64 can be"
                  + " exceeded by a sixteenth for a few logins. 0 means no limit. Lower it to limit"
                  + " the devices on which a user stays logged in.",
              "families",
              0,
              1_000,
              1_000)
          .labelled("Maximum families per user and client")
          .in(LIMITS);
  private static final Setting<ContextMatch> BIND_TO =
      choice(
              "bind-to",
              "What a refresh must have in common with the request to which the family's first token"
                  + " was issued: the User-Agent header, the IP address of the client, both, or the"
                  + " key of the client (DPoP, mTLS, private_key_jwt). Set it for clients whose context"
                  + " does not change; the address of mobile clients does.",
              ContextMatch.class,
              ContextMatch.NONE)
          .labelled("Bind tokens to")
          .in(BINDING);
  private static final Setting<MismatchConsequence> ON_BINDING_MISMATCH =
      choice(
              "on-binding-mismatch",
              "What happens to a refresh from another context than the bound one: deny refuses it,"
                  + " observe accepts it and reports it to events and metrics, revoke-family refuses it"
                  + " and revokes the family. Choose observe to try a binding before it can refuse"
                  + " clients.",
              MismatchConsequence.class,
              MismatchConsequence.DENY)
          .labelled("On binding mismatch")
          .in(BINDING);
  private static final Setting<FailureConsequence> ON_REDIS_FAILURE =
      choice(
              "on-redis-failure",
              "What happens to a refresh while Redis is unavailable: deny answers 503 with Retry-After"
                  + " and leaves the token valid, allow rotates without Redis. Choose allow if users"
                  + " must stay logged in during an outage; a reuse is then detected after the outage.",
              FailureConsequence.class,
              FailureConsequence.DENY)
          .labelled("On Redis failure")
          .in(REDIS);
  private static final Setting<MissingConsequence> ON_MISSING_STATE =
      choice(
              "on-missing-state",
              "What happens to a token whose family has no record in Redis, for example after a data"
                  + " loss: adopt continues the family from this token, deny refuses it and the user"
                  + " must log in again. Choose deny if a token that was replaced before the data loss"
                  + " must not be accepted.",
              MissingConsequence.class,
              MissingConsequence.ADOPT)
          .labelled("On missing Redis record")
          .in(REDIS);

  /** In the order of the console and the documentation: settings of a group are neighbours. */
  static final List<Setting<?>> ALL =
      List.of(
          MODE,
          ROTATION,
          GRACE_PERIOD,
          GRACE_UNTIL,
          GRACE_DEPTH,
          GRACE_CONTEXT,
          GRACE_MAX_REPLAYS,
          ON_REUSE,
          REVOKE_PREVIOUS_ACCESS_TOKEN,
          MAX_ROTATIONS,
          ABSOLUTE_LIFETIME,
          MAX_REFRESHES_PER_MINUTE,
          MAX_FAMILIES_PER_USER_AND_CLIENT,
          BIND_TO,
          ON_BINDING_MISMATCH,
          ON_REDIS_FAILURE,
          ON_MISSING_STATE);

  private RotationSettings() {}

  static RotationPolicy policyOf(Map<String, ?> given) {
    RotationPolicy policy = policyFrom(given);
    boolean isAnyContext = policy.graceContext() == ContextMatch.NONE;
    if (policy.graceDepth() > 1 && isAnyContext) {
      throw GRACE_DEPTH.refused(
          "1 if grace-context is none, because any thief could use older tokens");
    }
    if (policy.graceUntil() == GraceUntil.CHILD_USED && isAnyContext) {
      throw GRACE_UNTIL.refused("time if grace-context is none; choose a context for child-used");
    }
    if (policy.graceUntil() == GraceUntil.CHILD_USED && policy.graceDepth() > 1) {
      throw GRACE_UNTIL.refused(
          "time if grace-depth is more than 1: older tokens have a used successor");
    }
    return policy;
  }

  private static RotationPolicy policyFrom(Map<String, ?> given) {
    return new RotationPolicy(
        MODE.from(given),
        ROTATION.from(given),
        Duration.ofSeconds(GRACE_PERIOD.from(given)),
        GRACE_UNTIL.from(given),
        GRACE_DEPTH.from(given),
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
