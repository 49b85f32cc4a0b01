package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.RotationOutcome;
import dev.tokenguard.rotation.RotationOutcome.Kept;
import dev.tokenguard.rotation.RotationOutcome.Mismatched;
import dev.tokenguard.rotation.RotationOutcome.Refused;
import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.Reused;
import dev.tokenguard.rotation.RotationOutcome.Revoked;
import dev.tokenguard.rotation.RotationOutcome.Rotated;
import dev.tokenguard.rotation.RotationOutcome.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily;
import java.time.Duration;
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
  public RotationOutcome rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered) {
    RotationOutcome expected = reference.rotate(request, policy, wasUnanswered);
    RotationOutcome actual = tested.rotate(request, policy, wasUnanswered);
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

  private static Optional<AccessTokens> accessTokens(RotationOutcome outcome) {
    if (outcome instanceof Rotated rotated) {
      return Optional.of(rotated.replaced());
    }
    if (outcome instanceof Reused reused) {
      return Optional.of(reused.accessTokens());
    }
    if (outcome instanceof Revoked revoked) {
      return revoked.accessTokens();
    }
    return outcome instanceof Mismatched mismatched ? mismatched.revoked() : Optional.empty();
  }

  private static RotationOutcome withoutAccessTokens(RotationOutcome outcome) {
    if (outcome instanceof Rotated it) {
      return new Rotated(it.child(), it.origin(), ANY, it.observed().map(SideBySideStore::gist));
    }
    if (outcome instanceof Replayed it) {
      return new Replayed(it.child(), it.replays(), it.observed().map(SideBySideStore::gist));
    }
    if (outcome instanceof Kept it) {
      return new Kept(it.observed().map(SideBySideStore::gist));
    }
    if (outcome instanceof Reused it) {
      return new Reused(it.newest(), it.reason(), ANY);
    }
    if (outcome instanceof Revoked it) {
      // Whether the record of a family is left whose access tokens have expired is left to chance.
      return new Revoked(it.scope(), Optional.empty());
    }
    if (outcome instanceof Mismatched it) {
      return new Mismatched(it.newest(), it.revoked().map(revoked -> ANY));
    }
    return outcome;
  }

  /** Of what was only observed, the numbers mean nothing. */
  private static Refused gist(Refused observed) {
    if (observed instanceof Reused it) {
      return new Reused(0, it.reason(), ANY);
    }
    if (observed instanceof Revoked it) {
      return new Revoked(it.scope(), it.accessTokens().map(tokens -> ANY));
    }
    if (observed instanceof Mismatched) {
      return new Mismatched(0, Optional.empty());
    }
    return observed instanceof Throttled ? new Throttled(Duration.ZERO) : observed;
  }
}
