package dev.tokenguard.rotation;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the {@link InMemoryFamilyStore} makes of one login. */
final class Beginning {

  private final RotationRequest login;
  private final RotationPolicy policy;
  private final InMemoryFamilyStore.User user;
  private final Instant now;

  Beginning(
      RotationRequest login, RotationPolicy policy, InMemoryFamilyStore.User user, Instant now) {
    this.login = login;
    this.policy = policy;
    this.user = user;
    this.now = now;
  }

  List<AccessTokens> ended() {
    String id = login.presented().family();
    Optional<RememberedFamily> known = Optional.ofNullable(user.families.get(id));
    boolean isRevoked =
        !policy.isObserving()
            && new Judgement(login, policy, user, now, () -> false).revoked().isPresent();
    RememberedFamily family =
        known
            .filter(it -> it.session().isPresent())
            .orElseGet(() -> RememberedFamily.begunBy(login, known, now));
    user.families.put(id, family);
    if (isRevoked) {
      family.revoke();
      return List.of(family.liveAccessTokens(now));
    }
    boolean isCapped = policy.maxFamiliesPerUser() > 0 && !policy.isObserving();
    return known.isEmpty() && isCapped ? endOldestBut(family) : List.of();
  }

  /** Where nothing else tells them apart it is by their ids, so that two stores may be compared. */
  private List<AccessTokens> endOldestBut(RememberedFamily newest) {
    List<RememberedFamily> others =
        user.families.values().stream()
            .filter(it -> it != newest && isAliveAtTheClient(it))
            .sorted(
                Comparator.comparing(RememberedFamily::created)
                    .thenComparing(RememberedFamily::made)
                    .thenComparing(RememberedFamily::id))
            .toList();
    int tooMany = Math.max(0, others.size() + 1 - policy.maxFamiliesPerUser());
    List<RememberedFamily> oldest = others.subList(0, tooMany);
    oldest.forEach(RememberedFamily::revoke);
    return oldest.stream().map(it -> it.liveAccessTokens(now)).toList();
  }

  private boolean isAliveAtTheClient(RememberedFamily family) {
    if (family.isRevoked() || family.asFound(now).isEmpty() || family.session().isEmpty()) {
      return false;
    }
    RotationRequest.Session session = family.session().get();
    long created = family.created().getEpochSecond();
    long clientCutOff =
        user.clientSessionsRevokedAt.getOrDefault(
            new Revocation.ClientSession(session.id(), session.clientId()), 0L);
    return session.clientId().equals(login.session().clientId())
        && !user.revokedSessions.contains(session.id())
        && created >= clientCutOff
        && created >= user.everythingRevokedBefore;
  }
}
