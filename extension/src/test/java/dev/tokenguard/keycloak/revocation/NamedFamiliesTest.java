package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.AccessTokens;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamedFamiliesTest {

  private final NamedFamilies named = new NamedFamilies();

  @Test
  void given_many_requests_at_once_then_one_names_the_family() {
    long namers = IntStream.range(0, 64).parallel().filter(i -> named.begin(upTo(7))).count();

    assertThat(namers).isEqualTo(1);
  }

  @Test
  void given_the_oldest_token_has_expired_then_nothing_is_named_again() {
    named.begin(new AccessTokens("family", 0, 7, 1, 0, 100, "a", "b"));

    assertThat(named.begin(new AccessTokens("family", 3, 7, 1, 0, 100, "a", "b"))).isFalse();
  }

  @Test
  void given_a_further_token_then_the_family_is_named_again() {
    named.begin(upTo(7));

    assertThat(named.begin(upTo(8))).isTrue();
  }

  @Test
  void given_it_failed_then_the_next_one_names_it() {
    named.begin(upTo(7));
    named.failed(upTo(7));

    assertThat(named.begin(upTo(7))).isTrue();
  }

  @Test
  void given_very_many_families_then_the_oldest_are_dropped() {
    named.begin(upTo(7));
    IntStream.range(0, 10_000)
        .forEach(i -> named.begin(new AccessTokens("other-" + i, 0, 1, 1, 0, 100, "a", "b")));

    assertThat(named.begin(upTo(7))).isTrue();
  }

  private static AccessTokens upTo(long last) {
    return new AccessTokens("family", 0, last, 1, 0, 100, "a", "b");
  }
}
