package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.benchmark.support.Latencies;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenPosition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/** Many families in a store, each with the generation that it has come to. */
public final class FamilyCrowd {

  /** So many at once fill the store; what is timed comes from one thread. */
  private static final int FILLERS = 4;

  private static final RotationPolicy POLICY = RotationPolicy.parse(Map.of());

  private final FamilyStore store;
  private final int perUser;
  private final int[] generations;
  private final SplittableRandom random = new SplittableRandom(42);
  private int size;

  /**
   * @param capacity the largest number of families to come
   */
  public FamilyCrowd(FamilyStore store, int perUser, int capacity) {
    this.store = store;
    this.perUser = perUser;
    this.generations = new int[capacity];
  }

  /** Lets further families begin until there are so many. */
  public void growTo(int families) {
    int from = size;
    size = families;
    together(from);
  }

  /** Rotates every family once. */
  public void rotateAll() {
    together(0);
  }

  /** Rotates families drawn by chance, one after the other. */
  public Latencies rotateSome(int rotations) {
    Latencies latencies = new Latencies();
    for (int count = 0; count < rotations; count++) {
      int number = random.nextInt(size);
      long begin = System.nanoTime();
      rotate(number);
      latencies.add(System.nanoTime() - begin);
    }
    return latencies;
  }

  private void together(int from) {
    ForkJoinPool fillers = new ForkJoinPool(FILLERS);
    try {
      fillers.submit(() -> IntStream.range(from, size).parallel().forEach(this::rotate)).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchmarkFailure("The store failed: " + e.getCause().getMessage(), e);
    } finally {
      fillers.shutdown();
    }
  }

  private void rotate(int number) {
    RefreshDecision outcome =
        store.rotate(
            new MadeUpFamily(number, perUser).refresh(generations[number]++), POLICY, it -> false);
    if (!(outcome instanceof RefreshDecision.Rotated)) {
      throw new BenchmarkFailure("A straight refresh was answered with " + outcome);
    }
  }

  /**
   * A family that no Keycloak knows. Its ids are made from its number, and have the form of
   * Keycloak's: a session is named by 18 bytes in Base64 since 26.2, all else by a UUID.
   *
   * @param number from 0
   * @param perUser how many families each user has
   */
  public record MadeUpFamily(int number, int perUser) {

    private static final long DAY = 86_400;
    private static final UUID CLIENT = uuid('c', 0);
    private static final RequestContext CONTEXT = RequestContext.of("benchmark", "127.0.0.1");

    /** The refresh of a generation, as it comes from a browser: seven days to live. */
    public RotationRequest refresh(long generation) {
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
    public TokenIdentity accessToken() {
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
}
