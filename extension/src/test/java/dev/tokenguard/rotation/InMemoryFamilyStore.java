package dev.tokenguard.rotation;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The rules of rotation in plain Java, without a thought for space or speed: the reference that
 * every other store is compared with.
 */
public final class InMemoryFamilyStore implements FamilyStore {

  /** All that is remembered of one user. */
  static final class User {
    final Map<String, RememberedFamily> families = new HashMap<>();
    final Set<String> revokedSessions = new HashSet<>();
    final Map<Revocation.ClientSession, Long> clientSessionsRevokedAt = new HashMap<>();
    long everythingRevokedBefore;
  }

  private final Clock clock;
  private final Map<String, User> users = new HashMap<>();

  public InMemoryFamilyStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return new Beginning(login, policy, user(login.userId()), clock.instant()).ended();
  }

  @Override
  public synchronized RotationOutcome rotate(
      RotationRequest request, RotationPolicy policy, BooleanSupplier wasUnanswered) {
    return new Judgement(request, policy, user(request.userId()), clock.instant(), wasUnanswered)
        .outcome();
  }

  @Override
  public synchronized List<AccessTokens> revoke(Revocation revocation) {
    User user = user(revocation.userId());
    List<AccessTokens> ended = new ArrayList<>();
    for (String id : revocation.families()) {
      RememberedFamily known = user.families.get(id);
      if (known == null) {
        known = RememberedFamily.neverRefreshed(id, clock.instant());
        user.families.put(id, known);
      } else {
        ended.add(known.liveAccessTokens(clock.instant()));
      }
      known.revoke();
      known.rememberUntil(revocation.retainUntil());
    }
    revocation
        .clientSessions()
        .forEach(it -> user.clientSessionsRevokedAt.merge(it, revocation.before(), Math::max));
    user.revokedSessions.addAll(revocation.sessions());
    user.everythingRevokedBefore =
        Math.max(user.everythingRevokedBefore, revocation.everythingBefore());
    return ended;
  }

  @Override
  public synchronized List<TokenFamily> find(String userId) {
    return user(userId).families.values().stream()
        .map(family -> family.asFound(clock.instant()))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Loses everything, as a flushed Redis does. */
  public synchronized void forget() {
    users.clear();
  }

  private User user(String id) {
    return users.computeIfAbsent(id, unknown -> new User());
  }
}
