package dev.tokenguard.keycloak.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.cookie.RefreshTokenCookie.SameSite;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The name of the cookie, the addresses that may set it, and its settings. */
final class RefreshTokenCookieTest {

  @ParameterizedTest
  @CsvSource({
    "0f5e1a3c-4f0f-4a70-8b8e-1d0b2f2f7d11, 0f5e1a3c-4f0f-4a70-8b8e-1d0b2f2f7d11",
    "'a;b=c d',                            a%3Bb%3Dc+d"
  })
  void given_an_internal_id_then_the_name_has_only_characters_that_cookies_may_have(
      String id, String suffix) {
    assertThat(RefreshTokenCookie.name(id)).isEqualTo("__Secure-refresh-token-" + suffix);
  }

  @ParameterizedTest
  @CsvSource({
    "https://login.example.com/,    true",
    "http://127.0.0.1:8080/,        true",
    "http://127.1.2.3/,             true",
    "http://localhost:8080/auth,    true",
    "http://[::1]:8080/,            true",
    "http://login.example.com/,     false",
    "http://127.0.0.1.example.com/, false",
    "http://192.168.0.1/,           false",
    "http://localhost.example.com/, false",
  })
  void given_an_address_then_a_cookie_is_set_over_https_or_on_the_same_machine_only(
      String base, boolean isAccepted) {
    assertThat(RefreshTokenCookie.isAcceptedFrom(URI.create(base))).isEqualTo(isAccepted);
  }

  @Test
  void given_no_settings_then_the_cookie_is_strict() {
    assertThat(CookieExecutorFactory.SAME_SITE.from(Map.of())).isEqualTo(SameSite.STRICT);
  }

  @Test
  void given_the_form_then_each_setting_has_label_help_and_default() {
    assertThat(new CookieExecutorFactory().getConfigProperties())
        .singleElement()
        .satisfies(
            field -> {
              assertThat(field.getLabel()).isEqualTo("SameSite");
              assertThat(field.getHelpText()).contains("Accepts one of strict, lax, none");
              assertThat(field.getDefaultValue()).isEqualTo("strict");
              assertThat(field.getOptions()).containsExactly("strict", "lax", "none");
            });
  }
}
