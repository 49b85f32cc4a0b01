package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A store whose silence is not held against the clients. A rotation that it did not answer may have
 * been carried out; then the client's retry is a replay, and after an outage that is longer than
 * the grace period it would be taken for a reuse. This node knows that nobody was given the child:
 * it stretches the grace period of that one token by the time since it was first presented.
 *
 * <p>All else about the grace holds: the context, the number of replays, and that the use of the
 * child ends it. Other nodes do not know of it.
 */
public final class ExcusedRetries implements FamilyStore {

  /** How many clients are excused at most; the longest waiting is forgotten first. */
  static final int CAPACITY = 10_000;

  /** A client that has not come back by then is not waiting for its answer. */
  static final Duration PATIENCE = Duration.ofHours(1);

  /** The clocks of the node and of the store do not run quite alike. */
  private static final Duration DRIFT = Duration.ofSeconds(1);

  private final FamilyStore store;
  private final LongSupplier nanoTime;
  private final Map<Place, Long> unanswered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Long> eldest) {
          return size() > CAPACITY;
        }
      };

  public ExcusedRetries(FamilyStore store) {
    this(store, System::nanoTime);
  }

  ExcusedRetries(FamilyStore store, LongSupplier nanoTime) {
    this.store = store;
    this.nanoTime = nanoTime;
  }

  @Override
  public RotationOutcome rotate(RotationRequest request, RotationPolicy policy) {
    long asked = nanoTime.getAsLong();
    Optional<Duration> waited = waited(request.presented(), asked);
    try {
      RotationOutcome outcome =
          store.rotate(request, waited.map(it -> stretched(policy, it)).orElse(policy));
      waited.ifPresent(it -> answered(request.presented()));
      return outcome;
    } catch (StoreUnavailableException unavailable) {
      if (isRefusedWithoutStore(policy)) {
        remember(request.presented(), asked);
      }
      throw unavailable;
    }
  }

  /** Otherwise the client gets a child all the same, and is not waiting for one. */
  private static boolean isRefusedWithoutStore(RotationPolicy policy) {
    return policy.onRedisFailure() == FailureConsequence.DENY && !policy.isObserving();
  }

  private static RotationPolicy stretched(RotationPolicy policy, Duration waited) {
    return policy.withGracePeriod(policy.gracePeriod().plus(waited).plus(DRIFT));
  }

  private synchronized Optional<Duration> waited(Place presented, long now) {
    return Optional.ofNullable(unanswered.get(presented))
        .map(since -> Duration.ofNanos(now - since))
        .filter(since -> since.compareTo(PATIENCE) < 0);
  }

  private synchronized void remember(Place presented, long asked) {
    unanswered.putIfAbsent(presented, asked);
  }

  private synchronized void answered(Place presented) {
    unanswered.remove(presented);
  }

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return store.begin(login, policy);
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    return store.revoke(revocation);
  }

  @Override
  public List<TokenFamily> find(String userId) {
    return store.find(userId);
  }
}
