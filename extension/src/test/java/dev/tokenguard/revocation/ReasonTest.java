package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ReasonTest {

  /** Resource servers read them. One may be added; none may change or go. */
  @Test
  void whenAReasonIsWritten_thenItIsTheWordOfEveryOtherVersion() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::word))
        .containsExactly(
            "logout",
            "revoked",
            "administrator",
            "rotated",
            "reused",
            "mismatched",
            "max-families-per-user-and-client",
            "password-changed",
            "credential-changed",
            "email-changed",
            "username-changed",
            "user-deleted",
            "user-disabled",
            "user-locked-out",
            "consent-revoked",
            "client-disabled",
            "client-secret-changed",
            "permissions-reduced",
            "not-before");
  }
}
