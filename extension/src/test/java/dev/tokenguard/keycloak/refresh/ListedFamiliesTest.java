package dev.tokenguard.keycloak.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.refresh.ReuseHandler.ListedFamilies;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListedFamiliesTest {

  private final ListedFamilies listed = new ListedFamilies();

  @Test
  void given_concurrent_requests_then_one_lists_the_family() {
    assertThat(IntStream.range(0, 64).parallel().filter(i -> listed.begin(family(0, 7))).count())
        .isEqualTo(1);
  }

  @Test
  void given_a_further_token_then_the_family_is_listed_again_but_not_for_an_expired_one() {
    listed.begin(family(0, 7));

    assertThat(listed.begin(family(3, 7))).isFalse();
    assertThat(listed.begin(family(0, 8))).isTrue();
  }

  @Test
  void given_a_failure_then_the_next_request_lists_the_family() {
    listed.begin(family(0, 7));
    listed.failed(family(0, 7));

    assertThat(listed.begin(family(0, 7))).isTrue();
  }

  @Test
  void given_very_many_families_then_the_oldest_are_dropped() {
    listed.begin(family(0, 7));
    IntStream.range(0, 10_000)
        .forEach(i -> listed.begin(new AccessTokens("other-" + i, 0, 1, 1, 0, 100, "a", "b")));

    assertThat(listed.begin(family(0, 7))).isTrue();
  }

  private static AccessTokens family(long first, long last) {
    return new AccessTokens("family", first, last, 1, 0, 100, "a", "b");
  }
}
