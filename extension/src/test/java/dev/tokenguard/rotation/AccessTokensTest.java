package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AccessTokensTest {

  private static AccessTokens range(long first, long last, String loginPrefix) {
    return new AccessTokens("family", first, last, 99, loginPrefix, "onrtrt");
  }

  private static String id(long generation) {
    return new Place("family", generation).accessTokenId();
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
  void whenTheRangeIsEmpty_thenThereAreNoIds() {
    assertThat(range(3, 2, "onrtac").ids()).isEmpty();
    assertThat(range(0, -1, "onrtac").ids()).isEmpty();
  }
}
