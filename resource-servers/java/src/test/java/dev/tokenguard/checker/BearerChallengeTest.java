package dev.tokenguard.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BearerChallengeTest {

  private final BearerChallenge challenge = BearerChallenge.ofRealm("a \"b\" \\c");

  @Test
  void given_a_reason_then_the_challenge_has_the_realm_and_the_reason() {
    String realm = "Bearer realm=\"a \\\"b\\\" \\\\c\"";
    String invalid = realm + ", error=\"invalid_token\", error_description=";
    assertThat(challenge.missing()).isEqualTo(realm);
    assertThat(challenge.expired()).isEqualTo(invalid + "\"The access token expired\"");
    assertThat(challenge.revoked()).isEqualTo(invalid + "\"The access token was revoked\"");
    assertThat(challenge.invalidToken("no scope ü\r\n")).isEqualTo(invalid + "\"no scope ???\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two\r\nlines", "\u0000", "\t", "naïve"})
  void given_a_realm_that_is_not_printable_then_it_is_refused(String realm) {
    assertThatIllegalArgumentException().isThrownBy(() -> BearerChallenge.ofRealm(realm));
  }

  @Test
  void given_all_of_ascii_then_exactly_what_rfc_6750_allows_stays() {
    for (char character = 0; character < 128; character++) {
      boolean isAllowed =
          character >= 0x20 && character <= 0x7E && character != '"' && character != '\\';
      assertThat(challenge.invalidToken("<" + character + ">"))
          .endsWith("\"<" + (isAllowed ? character : '?') + ">\"");
    }
  }
}
