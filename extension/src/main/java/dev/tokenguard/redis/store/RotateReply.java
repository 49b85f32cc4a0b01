package dev.tokenguard.redis.store;

import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationOutcome;
import dev.tokenguard.rotation.RotationOutcome.Expired;
import dev.tokenguard.rotation.RotationOutcome.Kept;
import dev.tokenguard.rotation.RotationOutcome.Limited;
import dev.tokenguard.rotation.RotationOutcome.Mismatched;
import dev.tokenguard.rotation.RotationOutcome.Missing;
import dev.tokenguard.rotation.RotationOutcome.Origin;
import dev.tokenguard.rotation.RotationOutcome.Refused;
import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.Reused;
import dev.tokenguard.rotation.RotationOutcome.Revoked;
import dev.tokenguard.rotation.RotationOutcome.RevokedScope;
import dev.tokenguard.rotation.RotationOutcome.Rotated;
import dev.tokenguard.rotation.RotationOutcome.Throttled;
import dev.tokenguard.rotation.SuccessorToken;
import java.time.Duration;
import java.util.Optional;

/** What {@code rotate.lua} returned, read as an outcome. The positions are those of its header. */
record RotateReply(LuaReply row) {

  private static final int OBSERVED = 14;
  private static final int WHY = 15;
  private static final int RETRY = 16;
  private static final int REPLAY = 17;

  /** Instead of the newest generation. */
  private static final long NO_RECORD = -1;

  /** The first word of a reply. */
  private enum Code {
    NEW,
    NEXT,
    FAST_FORWARD,
    ADOPTED,
    REPLAYED,
    KEPT,
    REUSED,
    REVOKED,
    MISSING,
    LIMITED,
    EXPIRED,
    THROTTLED,
    MISMATCH,
    ASK
  }

  static RotateReply of(Object reply) {
    return new RotateReply(LuaReply.of(reply));
  }

  /** The attempt that the script asks for before it decides; empty when it has decided. */
  Optional<String> askedFor() {
    return row.word(0, Code.class) == Code.ASK ? Optional.of(row.text(1)) : Optional.empty();
  }

  RotationOutcome outcome(String family) {
    Code code = row.word(0, Code.class);
    return switch (code) {
      case NEW -> rotated(Origin.NEW, family);
      case NEXT -> rotated(Origin.NEXT, family);
      case FAST_FORWARD -> rotated(Origin.FAST_FORWARD, family);
      case ADOPTED -> rotated(Origin.ADOPTED, family);
      case REPLAYED -> new Replayed(child(), row.number(6), observed(family));
      case KEPT -> new Kept(observed(family));
      default -> refused(code, family);
    };
  }

  private Rotated rotated(Origin origin, String family) {
    return new Rotated(child(), origin, accessTokens(family), observed(family));
  }

  private Optional<Refused> observed(String family) {
    return row.optionalText(OBSERVED).map(word -> refused(row.word(OBSERVED, Code.class), family));
  }

  private Refused refused(Code code, String family) {
    return switch (code) {
      case REUSED ->
          new Reused(
              row.number(1),
              row.word(WHY, RotationOutcome.ReuseReason.class),
              accessTokens(family));
      case REVOKED -> revoked(row.word(WHY, RevokedScope.class), family);
      case MISSING -> new Missing();
      case LIMITED -> new Limited();
      case EXPIRED -> new Expired();
      case THROTTLED -> new Throttled(Duration.ofMillis(row.number(RETRY)));
      case MISMATCH ->
          new Mismatched(row.number(1), row.optionalText(WHY).map(because -> accessTokens(family)));
      case NEW, NEXT, FAST_FORWARD, ADOPTED, REPLAYED, KEPT, ASK ->
          throw new IllegalArgumentException(code + " is no refusal");
    };
  }

  private Revoked revoked(RevokedScope scope, String family) {
    boolean isNamed = scope == RevokedScope.FAMILY && row.number(1) != NO_RECORD;
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
