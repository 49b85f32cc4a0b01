package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccessTokensTest {

  private static AccessTokens range(long first, long last, String loginPrefix) {
    return new AccessTokens("family", first, last, 1, 0, 99, loginPrefix, "onrtrt");
  }

  private static String id(long generation) {
    return new TokenPosition("family", generation).accessTokenId(0);
  }

  @Test
  void whenIdsAreListed_thenTheLoginHasAPrefixOfItsOwnAndTheOldestIsFirst() {
    assertThat(range(0, 2, "onrtac").ids())
        .containsExactly("onrtac:" + id(0), "onrtrt:" + id(1), "onrtrt:" + id(2));
  }

  @Test
  void givenALoginBeforeThePolicy_whenIdsAreListed_thenItsUnknownIdIsLeftOut() {
    assertThat(range(0, 1, "").ids()).containsExactly("onrtrt:" + id(1));
    assertThat(range(0, 0, "").ids()).isEmpty();
  }

  @Test
  void whenTheRangeBeginsLater_thenTheLoginIsNotInIt() {
    assertThat(range(7, 7, "onrtac").ids()).containsExactly("onrtrt:" + id(7));
  }

  @Test
  void whenThereWereReplays_thenEachHasAnIdOfItsOwnWhateverTheGeneration() {
    AccessTokens tokens = new AccessTokens("family", 4, 5, 2, 4, 99, "onrtac", "onrtrt");
    assertThat(tokens.ids())
        .startsWith("onrtrt:" + id(4), "onrtrt:" + id(5))
        .hasSize(5)
        .doesNotHaveDuplicates()
        .contains("onrtrt:" + new TokenPosition("family", 9).accessTokenId(3));
    assertThat(tokens.isEmpty()).isFalse();
  }

  @Test
  void whenAnIdIsDerived_thenItTellsTheTagOfItsFamilyAndNoOther() {
    TokenPosition place = new TokenPosition("family", 7);
    assertThat(TokenPosition.tagOf("onrtrt:" + place.accessTokenId(0))).contains(place.tag());
    assertThat(TokenPosition.tagOf(place.at(8).accessTokenId(3))).contains(place.tag());
    assertThat(new TokenPosition("other", 7).tag()).isNotEqualTo(place.tag());
    assertThat(TokenPosition.tagOf("onrtte:" + UUID.randomUUID())).isEmpty();
    assertThat(TokenPosition.tagOf("")).isEmpty();
  }

  @Test
  void whenATokenIsExchanged_thenItsIdHasTheSameTagAndIsNoOther() {
    String tag = new TokenPosition("family", 7).tag();
    String first = TokenPosition.exchangedTokenId(tag, "onrtte", 1);
    assertThat(TokenPosition.tagOf(first)).contains(tag);
    assertThat(first).startsWith("onrtte:");
    assertThat(TokenPosition.exchangedTokenId(tag, "onrtte", 2)).isNotEqualTo(first);
  }

  @Test
  void whenTheRangeIsEmpty_thenThereAreNoIds() {
    assertThat(range(3, 2, "onrtac").ids()).isEmpty();
    assertThat(range(0, -1, "onrtac").ids()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 0, false", "1, 0, 1, 1, false", "1, 0, 1, 0, true"})
  void whenEitherRangeHasAToken_thenTheyAreNotEmpty(
      long first, long last, long firstReplay, long lastReplay, boolean isEmpty) {
    AccessTokens tokens =
        new AccessTokens("family", first, last, firstReplay, lastReplay, 99, "onrtac", "onrtrt");
    assertThat(tokens.isEmpty()).isEqualTo(isEmpty);
    assertThat(tokens.ids().isEmpty()).isEqualTo(isEmpty);
  }

  @Test
  void givenNothingWasRefreshed_whenIdsAreListed_thenThereAreNoneOfReplays() {
    assertThat(new AccessTokens("family", 0, 0, 1, 2, 99, "onrtac", "").ids())
        .containsExactly("onrtac:" + id(0));
  }
}
