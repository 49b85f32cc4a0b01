package dev.tokenguard.keycloak.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ExpiryRequestTest {

  private static final long NOW = 1_800_000_000;

  private static void assertRefused(Map<String, ?> body, String message) {
    assertThatThrownBy(() -> ExpiryRequest.expiryIn(body, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void givenEitherOfThem_thenItTellsTheSecond() {
    assertThat(ExpiryRequest.expiryIn(Map.of("expiresAt", NOW + 60), NOW)).isEqualTo(NOW + 60);
    assertThat(ExpiryRequest.expiryIn(Map.of("lifespan", 60), NOW)).isEqualTo(NOW + 60);
    assertThat(ExpiryRequest.expiryIn(Map.of("lifespan", ExpiryRequest.MAX_SECONDS), NOW))
        .isEqualTo(NOW + ExpiryRequest.MAX_SECONDS);
  }

  @Test
  void givenNeitherOrBothOrOthers_thenTheMessageSaysWhatToGive() {
    String message = "give expiresAt or lifespan, in seconds, and not both";
    assertRefused(Map.of(), message);
    assertRefused(Map.of("expiresAt", NOW + 60, "lifespan", 60), message);
    assertRefused(Map.of("lifetime", 60, "exp", 1), "unknown: exp, lifetime");
  }

  @Test
  void givenASecondInThePastOrMilliseconds_thenTheMessageTellsTheRange() {
    String range =
        "expiresAt: " + (NOW + 1) + " to " + (NOW + ExpiryRequest.MAX_SECONDS) + " seconds";
    assertRefused(Map.of("expiresAt", NOW), range);
    assertRefused(Map.of("expiresAt", (NOW + 60) * 1000), range);
    assertRefused(Map.of("expiresAt", "tomorrow"), range);
  }

  @Test
  void givenALifespanOutOfRange_thenTheMessageTellsTheRange() {
    String range = "lifespan: 1 to 315360000 seconds";
    assertRefused(Map.of("lifespan", 0), range);
    assertRefused(Map.of("lifespan", -60), range);
    assertRefused(Map.of("lifespan", 1.5), range);
    assertRefused(Map.of("lifespan", ExpiryRequest.MAX_SECONDS + 1), range);
    assertRefused(Map.of("lifespan", Double.NaN), range);
    assertRefused(Map.of("lifespan", true), range);
  }
}
