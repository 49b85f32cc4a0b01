package dev.tokenguard.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.LabTest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** By which of Keycloak's SPIs Token Guard works in the version at hand. */
class KeycloakVersionIT extends LabTest {

  private static final Pattern MINOR = Pattern.compile("26\\.(\\d+)");

  @Test
  void given_the_version_then_the_server_info_names_the_spis_that_it_has() throws IOException {
    int minor = minor();

    assertThat(lab.refreshTokenInfo().path("spis-in-use").asText().split(", "))
        .containsExactly(
            minor < 6 ? "logins by client-policy events" : "logins by token-interceptor",
            minor < 6 ? "conditions by the request's client" : "conditions by the event's client",
            minor < 7 ? "sessions by the persister" : "sessions read-only",
            minor < 7 ? "revoked tokens by singleUseObject" : "revoked tokens by revokedToken");
  }

  @Test
  void given_the_version_then_only_the_factories_that_it_needs_are_loaded() throws IOException {
    int minor = minor();

    assertThat(isLoaded("singleUseObject", "redis")).isEqualTo(minor < 7);
    assertThat(isLoaded("revokedToken", "redis")).isEqualTo(minor >= 7);
    assertThat(isLoaded("token-interceptor", "token-guard")).isEqualTo(minor >= 6);
    assertThat(isLoaded("client-policy-manager", "token-guard")).isEqualTo(minor < 6);
    assertThat(isLoaded("client-policy-manager", "default")).isTrue();
  }

  private boolean isLoaded(String spi, String provider) {
    return lab.admin().serverInfo().path("providers").path(spi).path("providers").has(provider);
  }

  private int minor() throws IOException {
    String text = Files.readString(lab.keycloak().home().resolve("version.txt"));
    Matcher version = MINOR.matcher(text);
    assertThat(version.find()).as(text).isTrue();
    return Integer.parseInt(version.group(1));
  }
}
