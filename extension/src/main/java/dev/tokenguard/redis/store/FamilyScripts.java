package dev.tokenguard.redis.store;

import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.store.LuaScript.Reply;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Refusal;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The arguments of {@code begin.lua}, {@code rotate.lua} and {@code revoke.lua}, and the reply of
 * {@code rotate.lua}. Names and positions are those of the headers of the scripts.
 */
final class FamilyScripts {

  /** No attempt is known to have got no response. */
  static final String NONE = "";

  /** The script returns the attempt if the decision depends on it. */
  static final String ASK = "ask";

  private static final long NO_RECORD = -1;

  private FamilyScripts() {}

  /**
   * The arguments of {@code rotate.lua}.
   *
   * @param unacknowledged the attempt that got no response, {@link #NONE} or {@link #ASK}
   */
  static List<String> arguments(
      RotationRequest request, RotationPolicy policy, String unacknowledged, RedisKeys keys) {
    Json rules =
        new Json()
            .text("mode", Setting.id(policy.mode()))
            .flag("keeps_token", !policy.rotates())
            .numberUnlessZero("grace_ms", policy.gracePeriod().toMillis())
            .numberUnlessZero("max_replays", policy.graceMaxReplays())
            .numberUnless(1, "grace_depth", policy.graceDepth())
            .flag("grace_key", policy.graceContext().requiresKey())
            .flag("binds_key", policy.bindTo().requiresKey())
            .flag("grace_agent", policy.graceContext().comparesUserAgent())
            .flag("grace_ip", policy.graceContext().comparesIp())
            .flag("binds_agent", policy.bindTo().comparesUserAgent())
            .flag("binds_ip", policy.bindTo().comparesIp())
            .textUnless("deny", "on_mismatch", Setting.id(policy.onBindingMismatch()))
            .textUnless("adopt", "on_missing", Setting.id(policy.onMissingState()))
            .numberUnlessZero("max_rotations", policy.maxRotations())
            .numberUnlessZero("not_after", policy.notAfter(request.session().started()))
            .numberUnlessZero("max_per_minute", policy.maxRefreshesPerMinute());
    Json client = client(request).textUnlessEmpty("unacknowledged", unacknowledged);
    return List.of(token(request, keys).end(), rules.end(), client.end());
  }

  static List<String> loginArguments(RotationRequest login, RotationPolicy policy, RedisKeys keys) {
    Json rules =
        new Json()
            .text("mode", Setting.id(policy.mode()))
            .numberUnlessZero("max_families", policy.maxFamiliesPerUserAndClient());
    return List.of(token(login, keys).end(), rules.end(), client(login).end());
  }

  /**
   * The arguments of {@code revoke.lua}.
   *
   * @param marks fields
   * @param families compact ids
   */
  static List<String> revocationArguments(
      Revocation revocation, List<String> marks, List<String> families, boolean isListing) {
    Json json =
        new Json()
            .number("retain_until", revocation.retainUntil())
            .number("cutoff", revocation.before())
            .texts("marks", marks)
            .texts("families", families)
            .flag("is_listing", isListing);
    return List.of(json.end());
  }

  /** The widest first, so that a revocation in several steps covers as much as possible early. */
  static List<String> marks(Revocation revocation, RedisKeys keys) {
    RevocationTarget.Marks named = revocation.marks();
    List<String> marks = new ArrayList<>();
    if (named.isUser()) {
      marks.add(RedisKeys.USER_CUTOFF);
    }
    named.clients().forEach(id -> marks.add(RedisKeys.client(keys.compact(id))));
    for (RevocationTarget.Session session : named.sessions()) {
      String compact = keys.compact(session.id());
      for (boolean isOffline : new boolean[] {false, true}) {
        if (session.kind().covers(isOffline)) {
          marks.add(RedisKeys.session(compact, isOffline));
        }
      }
    }
    for (RevocationTarget.ClientSession it : named.clientSessions()) {
      marks.add(RedisKeys.clientSession(keys.compact(it.sessionId()), keys.compact(it.clientId())));
    }
    return marks;
  }

  private static Json token(RotationRequest request, RedisKeys keys) {
    RotationRequest.Session session = request.session();
    RotationRequest.ProposedSuccessor successor = request.successor();
    return new Json()
        .text("family", keys.compact(request.presented().family()))
        .text("session", keys.compact(session.id()))
        .text("client", keys.compact(session.clientId()))
        .flag("offline", session.isOffline())
        .numberUnlessZero("generation", request.presented().generation())
        .number("issued_at", request.presentedIssuedAt())
        .numberUnlessZero("usable_until", request.usableUntil())
        .number("session_started", session.started())
        .number("client_session_started", session.clientStarted())
        .number("iat", successor.issuedAt())
        .numberUnlessZero("exp", successor.expiresAt())
        .number("retain_until", successor.retainUntil())
        .number("revoked_retain_until", successor.revokedRetainUntil())
        .number("access_exp", request.accessToken().expiresAt())
        .text("prefix", request.accessToken().prefix())
        .text("login_prefix", request.accessToken().loginPrefix())
        .textUnlessEmpty("bound_agent", request.binding().map(RequestContext::userAgent).orElse(""))
        .textUnlessEmpty("bound_ip", request.binding().map(RequestContext::ip).orElse(""))
        .textUnlessEmpty("parent", request.parentTag().orElse(""))
        .flag("is_kept", !request.issuesRefreshToken());
  }

  private static Json client(RotationRequest request) {
    return new Json()
        .text("agent", request.context().userAgent())
        .text("ip", request.context().ip())
        .textUnless("no-key", "key", Setting.id(request.keyProof()))
        .text("attempt", request.attempt().id())
        .numberUnlessZero("age_ms", request.attempt().age().toMillis());
  }

  /** The attempt on which the decision depends; empty if the script has decided. */
  static Optional<String> askedFor(Reply reply) {
    return reply.text(0).equals("ASK") ? Optional.of(reply.text(1)) : Optional.empty();
  }

  static RefreshDecision decision(Reply reply, String family) {
    Outcome outcome = reply.constant(0, Outcome.class);
    return switch (outcome) {
      case STARTED, ROTATED, FAST_FORWARDED, ADOPTED ->
          new Rotated(
              outcome,
              successor(reply.row(1)),
              reply.row(2).accessTokens(family, 0),
              observed(reply, 3));
      case REPLAYED, CONVERGED ->
          new Replayed(outcome, successor(reply.row(1)), observed(reply, 2));
      case KEPT ->
          new Kept(reply.row(2).ifPresent().map(FamilyScripts::successor), observed(reply, 1));
      case REUSED ->
          new Reused(
              reply.number(1),
              reply.constant(2, ReuseReason.class),
              reply.row(3).accessTokens(family, 0));
      case MISMATCHED ->
          new Mismatched(
              reply.number(1) == NO_RECORD
                  ? OptionalLong.empty()
                  : OptionalLong.of(reply.number(1)),
              reply.row(2).ifPresent().map(it -> it.accessTokens(family, 0)));
      case REVOKED ->
          new Revoked(
              reply.constant(1, RevocationScope.class),
              reply.row(2).ifPresent().map(it -> it.accessTokens(family, 0)),
              reply
                  .optionalText(3)
                  .map(any -> new Refusal(reply.constant(3, Outcome.class), reply.text(4))));
      case MISSING -> Denied.MISSING;
      case LIMITED -> Denied.LIMITED;
      case EXPIRED -> Denied.EXPIRED;
      case THROTTLED -> new Throttled(Duration.ofMillis(reply.number(1)));
      case UNGUARDED, UNAVAILABLE -> throw Reply.unexpected();
    };
  }

  private static Optional<Outcome> observed(Reply reply, int index) {
    return reply.optionalText(index).map(any -> reply.constant(index, Outcome.class));
  }

  private static SuccessorToken successor(Reply row) {
    Optional<RequestContext> binding =
        row.optionalText(4).map(userAgent -> new RequestContext(userAgent, row.text(5)));
    return new SuccessorToken(row.number(0), row.number(1), row.number(2), row.number(3), binding);
  }

  /** A JSON object. Values that are the default of the script are left out. */
  private static final class Json {

    private final StringBuilder text = new StringBuilder(400).append('{');

    private Json text(String name, String value) {
      name(name);
      quote(value);
      return this;
    }

    private Json texts(String name, List<String> values) {
      name(name).append('[');
      for (int index = 0; index < values.size(); index++) {
        text.append(index == 0 ? "" : ",");
        quote(values.get(index));
      }
      text.append(']');
      return this;
    }

    private void quote(String value) {
      text.append('"');
      for (int index = 0; index < value.length(); index++) {
        char character = value.charAt(index);
        if (character == '"' || character == '\\' || character < ' ') {
          text.append(String.format("\\u%04x", (int) character));
        } else {
          text.append(character);
        }
      }
      text.append('"');
    }

    private Json textUnlessEmpty(String name, String value) {
      return textUnless("", name, value);
    }

    private Json textUnless(String absent, String name, String value) {
      return value.equals(absent) ? this : text(name, value);
    }

    private Json number(String name, long value) {
      name(name).append(value);
      return this;
    }

    private Json numberUnlessZero(String name, long value) {
      return numberUnless(0, name, value);
    }

    private Json numberUnless(long absent, String name, long value) {
      return value == absent ? this : number(name, value);
    }

    private Json flag(String name, boolean value) {
      if (value) {
        name(name).append(true);
      }
      return this;
    }

    private StringBuilder name(String name) {
      return text.append(text.length() == 1 ? "\"" : ",\"").append(name).append("\":");
    }

    private String end() {
      return text.append('}').toString();
    }
  }
}
