package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.revocation.RevocationScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker names the keys by itself, because it ships alone; here the two are compared. */
final class CheckerAgreementTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0b5b1e2c-6c0e-4b7a-8a3f-6f1f6b0f9d11",
        "f:0b5b1e2c-6c0e-4b7a-8a3f-6f1f6b0f9d11:Zoë {admin} 50%",
        "*"
      })
  void given_any_id_then_the_checker_asks_for_the_keys_that_are_written(String id) {
    RedisKeys written = new RedisKeys("eu:");
    List<String> asked = new ArrayList<>();
    RevocationChecker checker =
        RevocationChecker.of(
                keys -> {
                  asked.addAll(keys);
                  return List.of();
                },
                WhenUnavailable.REFUSE)
            .withPrefix("eu:");

    checker.check(TokenClaims.of(Map.of("jti", id, "sid", id, "sub", id)));

    assertThat(asked)
        .containsExactly(
            written.revoked(RevocationScope.ACCESS_TOKEN, id),
            written.revoked(RevocationScope.SESSION, id),
            written.revoked(RevocationScope.USER, id));
  }
}
