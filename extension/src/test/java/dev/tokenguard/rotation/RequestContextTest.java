package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestContextTest {

  private static final RequestContext CONTEXT = RequestContext.of("Mozilla/5.0", "192.0.2.1");

  @Test
  void whenFingerprintsAreTaken_thenTheyAreThoseOfEveryOtherVersion() {
    assertThat(CONTEXT).isEqualTo(new RequestContext("EGa0gi", "N_z_JL"));
    assertThat(CONTEXT.toClaim()).isEqualTo("EGa0gi.N_z_JL");
  }

  @Test
  void whenATraitIsMissing_thenItCountsAsEmptyAndStillHasAFingerprint() {
    assertThat(RequestContext.of(null, null))
        .isEqualTo(RequestContext.of("", ""))
        .isEqualTo(new RequestContext("47DEQp", "47DEQp"));
  }

  @Test
  void whenOneTraitDiffers_thenOnlyItsFingerprintDiffers() {
    RequestContext elsewhere = RequestContext.of("Mozilla/5.0", "192.0.2.2");
    assertThat(elsewhere.userAgent()).isEqualTo(CONTEXT.userAgent());
    assertThat(elsewhere.ip()).isNotEqualTo(CONTEXT.ip());
  }

  @Test
  void whenAClaimIsReadBack_thenItIsTheSameContext() {
    assertThat(RequestContext.fromClaim(CONTEXT.toClaim())).contains(CONTEXT);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        ".",
        "EGa0gi",
        "EGa0gi.N_z_J",
        "EGa0gi.N_z_JLx",
        "EGa0gi,N_z_JL",
        "EGa0g,.N_z_JL",
        "EGa0gi.N_z_JL\n"
      })
  void whenAClaimIsNotOneOfOurs_thenItIsNoContext(String claim) {
    assertThat(RequestContext.fromClaim(claim)).isEmpty();
  }

  @Test
  void whenAClaimIsNoText_thenItIsNoContext() {
    assertThat(RequestContext.fromClaim(42)).isEmpty();
  }
}
