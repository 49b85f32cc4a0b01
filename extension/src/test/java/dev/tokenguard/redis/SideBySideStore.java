package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Asks two stores the same and insists that they answer the same.
 *
 * <p>Ranges of access tokens may differ: a store may name more than are alive, but must name those.
 */
record SideBySideStore(FamilyStore reference, FamilyStore tested) implements FamilyStore {

  private static final AccessTokens ANY = new AccessTokens("any", 0, 0, 1, 0, 0, "", "");

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return covered(reference.begin(login, policy), tested.begin(login, policy));
  }

  @Override
  public RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered) {
    RefreshDecision expected = reference.rotate(request, policy, wasUnanswered);
    RefreshDecision actual = tested.rotate(request, policy, wasUnanswered);
    assertThat(withoutAccessTokens(actual)).isEqualTo(withoutAccessTokens(expected));
    accessTokens(expected)
        .filter(range -> !range.isEmpty())
        .ifPresent(range -> assertCovers(range, accessTokens(actual).get()));
    return expected;
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    return covered(reference.revoke(revocation), tested.revoke(revocation));
  }

  @Override
  public void find(String userId, Consumer<TokenFamily> each) {
    List<TokenFamily> expected = sortedFamilies(reference.find(userId));
    List<TokenFamily> actual = sortedFamilies(tested.find(userId));
    assertThat(actual.stream().map(SideBySideStore::withoutAccessTokens).toList())
        .isEqualTo(expected.stream().map(SideBySideStore::withoutAccessTokens).toList());
    for (int index = 0; index < expected.size(); index++) {
      assertCovers(expected.get(index).accessTokens(), actual.get(index).accessTokens());
    }
    expected.forEach(each);
  }

  private static List<TokenFamily> sortedFamilies(List<TokenFamily> families) {
    return families.stream().sorted(Comparator.comparing(TokenFamily::id)).toList();
  }

  private static TokenFamily withoutAccessTokens(TokenFamily it) {
    return new TokenFamily(
        it.id(),
        it.sessionId(),
        it.clientId(),
        it.isOffline(),
        it.generation(),
        it.created(),
        it.refreshed(),
        it.isRevoked(),
        ANY,
        it.parentTag());
  }

  @Override
  public long recordExchange(String userId, String tag, String prefix, long expiresAt) {
    long expected = reference.recordExchange(userId, tag, prefix, expiresAt);
    assertThat(tested.recordExchange(userId, tag, prefix, expiresAt)).isEqualTo(expected);
    return expected;
  }

  @Override
  public List<String> exchanged(String userId, String tag) {
    List<String> expected = reference.exchanged(userId, tag);
    assertThat(tested.exchanged(userId, tag)).containsAll(expected);
    return expected;
  }

  private static List<AccessTokens> covered(List<AccessTokens> wanted, List<AccessTokens> told) {
    List<AccessTokens> expected = sorted(wanted);
    List<AccessTokens> actual = sorted(told);
    assertThat(actual).hasSameSizeAs(expected);
    for (int index = 0; index < expected.size(); index++) {
      assertCovers(expected.get(index), actual.get(index));
    }
    return expected;
  }

  private static List<AccessTokens> sorted(List<AccessTokens> ranges) {
    return ranges.stream().sorted(Comparator.comparing(AccessTokens::family)).toList();
  }

  private static void assertCovers(AccessTokens expected, AccessTokens actual) {
    assertThat(actual.family()).isEqualTo(expected.family());
    assertThat(actual.last()).isEqualTo(expected.last());
    if (expected.first() <= expected.last()) {
      assertThat(actual.first()).isBetween(0L, expected.first());
    }
    if (expected.firstReplay() <= expected.lastReplay()) {
      assertThat(actual.lastReplay()).isEqualTo(expected.lastReplay());
      assertThat(actual.firstReplay()).isBetween(1L, expected.firstReplay());
    }
    assertThat(actual.expiresAt()).isGreaterThanOrEqualTo(expected.expiresAt());
  }

  private static Optional<AccessTokens> accessTokens(RefreshDecision decision) {
    if (decision instanceof Rotated rotated) {
      return Optional.of(rotated.replaced());
    }
    return decision instanceof Refused refused ? refused.accessTokens() : Optional.empty();
  }

  private static RefreshDecision withoutAccessTokens(RefreshDecision decision) {
    if (decision instanceof Rotated it) {
      return new Rotated(it.outcome(), it.child(), ANY, it.observed());
    }
    if (decision instanceof Reused it) {
      return new Reused(it.newestGeneration(), it.why(), ANY);
    }
    if (decision instanceof Revoked it) {
      // Whether the record of a family is left whose access tokens have expired is left to chance.
      return new Revoked(it.scope(), Optional.empty());
    }
    if (decision instanceof Mismatched it) {
      return new Mismatched(it.newest(), it.accessTokens().map(revoked -> ANY));
    }
    return decision;
  }
}
