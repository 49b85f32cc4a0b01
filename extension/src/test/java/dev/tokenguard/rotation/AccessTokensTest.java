package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccessTokensTest {

  /** Of each range its ends; the expected ids as prefix, and generation or number of the replay. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          0, 2,  1, 0, login, refresh, login:0 refresh:1 refresh:2
          0, 1,  1, 0, '',    refresh, refresh:1
          0, 0,  1, 0, '',    refresh, ''
          7, 7,  1, 0, login, refresh, refresh:7
          4, 5,  2, 4, login, refresh, refresh:4 refresh:5 refresh:r2 refresh:r3 refresh:r4
          1, 0,  1, 1, login, refresh, refresh:r1
          0, 0,  1, 2, login, '',      login:0
          1, 0,  1, 0, login, refresh, -
          0, -1, 1, 0, login, refresh, -
          """)
  void given_ranges_of_generations_and_replays_then_each_has_an_id(
      long first,
      long last,
      long firstReplay,
      long lastReplay,
      String loginPrefix,
      String refreshPrefix,
      String expected) {
    AccessTokens tokens =
        new AccessTokens(
            "family", first, last, firstReplay, lastReplay, 99, loginPrefix, refreshPrefix);
    assertThat(tokens.isEmpty()).isEqualTo(expected == null);
    assertThat(tokens.ids().stream().map(AccessTokensTest::readable))
        .containsExactly(
            expected == null || expected.isEmpty() ? new String[0] : expected.split(" "));
  }

  private static String readable(String jti) {
    String[] parts = jti.split(":");
    for (long number = 0; number < 10; number++) {
      TokenPosition position = new TokenPosition("family", number);
      if (parts[1].equals(position.accessTokenId(0))) {
        return parts[0] + ":" + number;
      }
      if (number > 0 && parts[1].equals(position.accessTokenId(number))) {
        return parts[0] + ":r" + number;
      }
    }
    return jti;
  }
}
