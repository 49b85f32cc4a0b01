package dev.tokenguard.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BearerChallengeTest {

  private final BearerChallenge challenge = BearerChallenge.ofRealm("orders");

  @Test
  void given_no_token_then_the_challenge_names_no_error() {
    assertThat(challenge.missing()).isEqualTo("Bearer realm=\"orders\"");
  }

  @Test
  void given_a_dead_token_then_the_challenge_tells_expired_from_revoked() {
    assertThat(challenge.expired())
        .isEqualTo(
            "Bearer realm=\"orders\", error=\"invalid_token\","
                + " error_description=\"The access token expired\"");
    assertThat(challenge.revoked())
        .isEqualTo(
            "Bearer realm=\"orders\", error=\"invalid_token\","
                + " error_description=\"The access token was revoked\"");
  }

  @Test
  void given_quotes_in_the_realm_then_they_do_not_end_it() {
    assertThat(BearerChallenge.ofRealm("a \"b\" \\c").missing())
        .isEqualTo("Bearer realm=\"a \\\"b\\\" \\\\c\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two\r\nlines", "\u0000", "\t", "naïve"})
  void given_a_realm_that_is_not_printable_then_it_is_refused(String realm) {
    assertThatIllegalArgumentException().isThrownBy(() -> BearerChallenge.ofRealm(realm));
  }

  @Test
  void given_a_description_with_characters_that_are_not_allowed_then_they_are_replaced() {
    assertThat(challenge.invalidToken("no \"scope\"\\\r\nSet-Cookie: ü"))
        .endsWith("error_description=\"no ?scope????Set-Cookie: ?\"");
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
