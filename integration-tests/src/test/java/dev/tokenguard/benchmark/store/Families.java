package dev.tokenguard.benchmark.store;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TokenPosition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Families in a store that no Keycloak knows, each with its newest generation. Their ids are made
 * from numbers, and have the form of Keycloak's: a session is named by 18 bytes in Base64 since
 * 26.2, all else by a UUID.
 */
final class Families {

  static final long DAY = 86_400;
  static final RotationPolicy BY_DEFAULT = RotationPolicy.parse(Map.of());

  private static final RequestContext CONTEXT = RequestContext.of("benchmark", "127.0.0.1");

  private final FamilyStore store;
  private final int perUser;
  private final int[] generations;
  private final SplittableRandom random = new SplittableRandom(42);
  private int size;

  /**
   * @param capacity the largest number of families to come
   */
  Families(FamilyStore store, int perUser, int capacity) {
    this.store = store;
    this.perUser = perUser;
    this.generations = new int[capacity];
  }

  /** Lets further families begin until there are so many. */
  void growTo(int families) {
    IntStream.range(size, families).parallel().forEach(this::rotate);
    size = families;
  }

  /** Rotates every family once. */
  void rotateAll() {
    IntStream.range(0, size).parallel().forEach(this::rotate);
  }

  /** Rotates families drawn by chance, one after the other; the times in nanoseconds. */
  Histogram rotateSome(int rotations) {
    Histogram taken = new Histogram(3);
    for (int count = 0; count < rotations; count++) {
      int number = random.nextInt(size);
      long begin = System.nanoTime();
      rotate(number);
      taken.recordValue(System.nanoTime() - begin);
    }
    return taken;
  }

  private void rotate(int number) {
    RefreshDecision decision =
        store.rotate(
            refresh(
                uuid('u', number / perUser),
                uuid('c', 0),
                uuid('f', number),
                sessionId(number),
                generations[number]++),
            BY_DEFAULT,
            it -> false);
    if (!(decision instanceof RefreshDecision.Rotated)) {
      throw new IllegalStateException("A straight refresh was answered with " + decision);
    }
  }

  /** The refresh of a generation, as it comes from a browser: seven days to live. */
  static RotationRequest refresh(
      String user, String client, String family, String session, long generation) {
    long now = Instant.now().getEpochSecond();
    return new RotationRequest(
        user,
        new TokenPosition(family, generation),
        new RotationRequest.Session(session, now - DAY, client, now - DAY, false),
        new RotationRequest.ProposedSuccessor(
            now, now + 7 * DAY, now + 7 * DAY + 60, now + 7 * DAY + 60),
        new RotationRequest.AccessToken(now + 300, "onrtrt", "onrtro"),
        CONTEXT,
        Optional.empty(),
        RotationRequest.KeyProof.NO_KEY,
        RotationRequest.Attempt.aged(Duration.ZERO),
        0,
        now,
        true,
        Optional.empty());
  }

  static String sessionId(int number) {
    ByteBuffer bytes = ByteBuffer.allocate(18);
    bytes.putLong(mixed('s', number)).putLong(mixed('t', number)).putShort((short) number);
    return Base64.getUrlEncoder().encodeToString(bytes.array());
  }

  static String uuid(char kind, int number) {
    return new UUID(mixed(kind, number), mixed((char) (kind + 100), number)).toString();
  }

  /** Well-spread bits from a number (the finalizer of SplitMix64). */
  private static long mixed(char kind, int number) {
    long bits = ((long) kind << 32 | number) * 0x9E3779B97F4A7C15L;
    bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ bits >>> 27) * 0x94D049BB133111EBL;
    return bits ^ bits >>> 31;
  }
}
