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
import java.util.function.Predicate;

/**
 * Two stores that must give the same result. Only ranges of access tokens may differ: a store may
 * name expired ones, but must name all others.
 */
record SideBySideStore(FamilyStore reference, FamilyStore tested) {

  private static final AccessTokens ANY = new AccessTokens("any", 0, 0, 1, 0, 0, "", "");

  List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return covered(reference.begin(login, policy), tested.begin(login, policy));
  }

  RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered) {
    RefreshDecision expected = reference.rotate(request, policy, wasUnanswered);
    RefreshDecision actual = tested.rotate(request, policy, wasUnanswered);
    assertThat(withoutAccessTokens(actual)).isEqualTo(withoutAccessTokens(expected));
    accessTokens(expected)
        .filter(range -> !range.isEmpty())
        .ifPresent(range -> assertCovers(range, accessTokens(actual).orElseThrow()));
    return expected;
  }

  void revoke(Revocation revocation) {
    covered(reference.revoke(revocation), tested.revoke(revocation));
  }

  void assertSameFamilies(String userId) {
    List<TokenFamily> expected = reference.find(userId);
    List<TokenFamily> actual = tested.find(userId);
    assertThat(actual)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("accessTokens")
        .containsExactlyInAnyOrderElementsOf(expected);
    covered(
        expected.stream().map(TokenFamily::accessTokens).toList(),
        actual.stream().map(TokenFamily::accessTokens).toList());
  }

  private static List<AccessTokens> covered(
      List<AccessTokens> expected, List<AccessTokens> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    List<AccessTokens> sorted = sorted(actual);
    for (AccessTokens each : sorted(expected)) {
      assertCovers(each, sorted.get(sorted(expected).indexOf(each)));
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
      // The record of a family whose access tokens have expired may be left or not.
      return new Revoked(it.scope(), Optional.empty());
    }
    if (decision instanceof Mismatched it) {
      return new Mismatched(it.newest(), it.accessTokens().map(revoked -> ANY));
    }
    return decision;
  }
}
