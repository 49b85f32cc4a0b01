package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a reuse leaves behind. */
abstract class ReuseRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.DEFAULT;

  ReuseRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private void reuse() {
    refresh(login, 0, 3, POLICY);
    assertThat(assertReused(login, 1, POLICY, ReuseReason.OLDER_GENERATION).newestGeneration())
        .isEqualTo(4);
  }

  @Test
  void givenAReuse_whenAnyTokenOfTheFamilyIsPresented_thenItIsRevokedWithoutAnotherAlarm() {
    reuse();
    for (long generation = 0; generation <= 6; generation++) {
      assertRevoked(login, generation, RevocationScope.FAMILY);
    }
  }

  /** The answer to the reuse may have been lost by a time-out. */
  @Test
  void givenAReuse_whenAnyTokenOfTheFamilyIsPresented_thenItsAccessTokensAreNamedAgain() {
    reuse();
    AccessTokens named =
        present(login, 1, POLICY, RefreshDecision.Revoked.class).accessTokens().orElseThrow();
    assertThat(named.family()).isEqualTo(login.family());
    assertThat(named.first()).isLessThanOrEqualTo(0);
    assertThat(named.last()).isEqualTo(4);
  }

  @Test
  void givenAReuse_whenMonthsHavePassed_thenTheFamilyIsStillDead() {
    reuse();
    advanceSeconds(Login.REMEMBERED - 60);
    assertRevoked(login, 4, RevocationScope.FAMILY);
  }

  @Test
  void givenAReuse_whenTheUserIsFound_thenTheFamilyIsMarked() {
    reuse();
    assertThat(store.find(login.user()))
        .singleElement()
        .matches(TokenFamily::isRevoked)
        .returns(4L, TokenFamily::generation)
        .returns(clock.instant(), TokenFamily::refreshed);
  }

  @Test
  void givenAReuse_whenAnotherFamilyOfTheSameSessionIsRefreshed_thenItIsUntouched() {
    Login other = login.asFamily("another tab's");
    assertRotates(other, 0, POLICY);
    reuse();
    assertRotates(other, 1, POLICY);
  }
}
