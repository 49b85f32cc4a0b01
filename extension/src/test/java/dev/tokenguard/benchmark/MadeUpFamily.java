package dev.tokenguard.benchmark;

import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenPosition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * A family that no Keycloak knows. Its ids are made from its number, and have the form of
 * Keycloak's: a session is named by 18 bytes in Base64 since 26.2, all else by a UUID.
 *
 * @param number from 0
 * @param perUser how many families each user has
 */
record MadeUpFamily(int number, int perUser) {

  private static final long DAY = 86_400;
  private static final UUID CLIENT = uuid('c', 0);
  private static final RequestContext CONTEXT = RequestContext.of("benchmark", "127.0.0.1");

  /** The refresh of a generation, as it comes from a browser: seven days to live. */
  RotationRequest refresh(long generation) {
    long now = Instant.now().getEpochSecond();
    return new RotationRequest(
        uuid('u', number / perUser).toString(),
        new TokenPosition(uuid('f', number).toString(), generation),
        new RotationRequest.Session(sessionId(), now - DAY, CLIENT.toString(), now - DAY, false),
        new RotationRequest.ProposedChild(
            now, now + 7 * DAY, now + 7 * DAY + 60, now + 7 * DAY + 60),
        new RotationRequest.AccessToken(now + 300, "onrtrt", "onrtro"),
        CONTEXT,
        Optional.empty(),
        RotationRequest.Attempt.aged(Duration.ZERO),
        0,
        now,
        true,
        Optional.empty());
  }

  /** An access token of it, as a resource server reads it. */
  TokenIdentity accessToken() {
    return new TokenIdentity(
        "onrtrt:" + uuid('a', number),
        sessionId(),
        uuid('u', number / perUser).toString(),
        Instant.now().getEpochSecond());
  }

  private String sessionId() {
    ByteBuffer bytes = ByteBuffer.allocate(18);
    bytes.putLong(mixed('s', number)).putLong(mixed('t', number)).putShort((short) number);
    return Base64.getUrlEncoder().encodeToString(bytes.array());
  }

  private static UUID uuid(char kind, int number) {
    return new UUID(mixed(kind, number), mixed((char) (kind + 100), number));
  }

  /** Well-spread bits from a number (the finalizer of SplitMix64). */
  private static long mixed(char kind, int number) {
    long bits = ((long) kind << 32 | number) * 0x9E3779B97F4A7C15L;
    bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ bits >>> 27) * 0x94D049BB133111EBL;
    return bits ^ bits >>> 31;
  }
}
