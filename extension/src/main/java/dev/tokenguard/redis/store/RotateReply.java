package dev.tokenguard.redis.store;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.SuccessorToken;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What {@code rotate.lua} returned, read as a decision. The positions are those of its header. */
record RotateReply(LuaReply row) {

  private static final int OBSERVED = 14;
  private static final int WHY = 15;
  private static final int RETRY = 16;
  private static final int REPLAY = 17;

  /** Instead of the newest generation. */
  private static final long NO_RECORD = -1;

  /** Instead of an outcome: the script has to know of an attempt before it decides. */
  private static final String ASK = "ASK";

  static RotateReply of(Object reply) {
    return new RotateReply(LuaReply.of(reply));
  }

  /** The attempt that the script asks for before it decides; empty when it has decided. */
  Optional<String> askedFor() {
    return row.text(0).equals(ASK) ? Optional.of(row.text(1)) : Optional.empty();
  }

  RefreshDecision decision(String family) {
    Outcome outcome = row.word(0, Outcome.class);
    return switch (outcome) {
      case STARTED, ROTATED, FAST_FORWARDED, ADOPTED ->
          new Rotated(outcome, child(), accessTokens(family), observed());
      case REPLAYED -> new Replayed(child(), observed());
      case KEPT -> new Kept(observed());
      case REUSED ->
          new Reused(row.number(1), row.word(WHY, ReuseReason.class), accessTokens(family));
      case MISMATCHED ->
          new Mismatched(newest(), row.optionalText(WHY).map(because -> accessTokens(family)));
      case REVOKED -> revoked(row.word(WHY, RevocationScope.class), family);
      case MISSING -> Denied.MISSING;
      case LIMITED -> Denied.LIMITED;
      case EXPIRED -> Denied.EXPIRED;
      case THROTTLED -> new Throttled(Duration.ofMillis(row.number(RETRY)));
      case UNGUARDED, UNAVAILABLE -> throw LuaReply.unexpected(null);
    };
  }

  private Optional<Outcome> observed() {
    return row.optionalText(OBSERVED).map(word -> row.word(OBSERVED, Outcome.class));
  }

  private OptionalLong newest() {
    long newest = row.number(1);
    return newest == NO_RECORD ? OptionalLong.empty() : OptionalLong.of(newest);
  }

  private Revoked revoked(RevocationScope scope, String family) {
    boolean isNamed = scope == RevocationScope.FAMILY && newest().isPresent();
    return new Revoked(scope, isNamed ? Optional.of(accessTokens(family)) : Optional.empty());
  }

  private SuccessorToken child() {
    Optional<RequestContext> binding =
        row.optionalText(4).map(userAgent -> new RequestContext(userAgent, row.text(5)));
    return new SuccessorToken(
        row.number(1), row.number(2), row.number(3), row.number(REPLAY), binding);
  }

  private AccessTokens accessTokens(String family) {
    return row.accessTokens(family, 7);
  }
}
