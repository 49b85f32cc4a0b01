package dev.tokenguard.rotation;

import dev.tokenguard.rotation.TokenFamily.AccessTokens;
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
    Optional<RememberedFamily> known = user.known(id, now);
    boolean isRevoked = new Judgement(login, policy, user, now, it -> false).revoked().isPresent();
    boolean isNew = known.flatMap(RememberedFamily::session).isEmpty();
    RememberedFamily family =
        isNew ? RememberedFamily.begunBy(login, known, user, now) : known.get();
    user.families.put(id, family);
    if (isRevoked) {
      family.revoke();
      family.rememberUntil(login.child().revokedRetainUntil());
      return List.of(family.liveAccessTokens(now));
    }
    boolean isCapped = policy.maxFamiliesPerUserAndClient() > 0 && !policy.isObserving();
    return isNew && isCapped ? endOldestBut(family) : List.of();
  }

  private List<AccessTokens> endOldestBut(RememberedFamily newest) {
    List<RememberedFamily> others =
        user.families.values().stream()
            .filter(it -> it != newest && isActiveAtTheClient(it))
            .sorted(Comparator.comparing(RememberedFamily::number))
            .toList();
    int tooMany = Math.max(0, others.size() + 1 - policy.maxFamiliesPerUserAndClient());
    List<RememberedFamily> oldest =
        others.subList(0, Math.min(tooMany, FamilyStore.CAPPED_PER_LOGIN));
    oldest.forEach(it -> user.cap(it, now));
    return oldest.stream().map(it -> it.liveAccessTokens(now)).toList();
  }

  private boolean isActiveAtTheClient(RememberedFamily family) {
    return family.asFound(now, user).filter(it -> !it.isRevoked()).isPresent()
        && family
            .session()
            .filter(it -> it.clientId().equals(login.session().clientId()))
            .isPresent();
  }
}
