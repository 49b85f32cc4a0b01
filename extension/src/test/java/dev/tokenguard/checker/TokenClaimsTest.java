package dev.tokenguard.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TokenClaimsTest {

  static Stream<Object> sameSecond() {
    Instant instant = Instant.ofEpochSecond(1_800_000_000, 900_000_000);
    return Stream.of(
        1_800_000_000,
        1_800_000_000L,
        1_800_000_000.9,
        new BigDecimal("1800000000.9"),
        instant,
        Date.from(instant));
  }

  @ParameterizedTest
  @MethodSource("sameSecond")
  void given_the_time_in_any_form_then_it_is_a_whole_second(Object iat) {
    assertThat(TokenClaims.of(Map.of("iat", iat)).issuedAt()).hasValue(1_800_000_000);
  }

  @Test
  void given_claims_that_are_no_texts_or_empty_then_they_count_as_missing() {
    Map<String, Object> claims = new HashMap<>();
    claims.put("jti", 17);
    claims.put("sid", "");
    claims.put("sub", null);
    claims.put("iat", List.of("yesterday"));

    TokenClaims read = TokenClaims.of(claims);

    assertThat(read.tokenId()).isEmpty();
    assertThat(read.sessionId()).isEmpty();
    assertThat(read.subject()).isEmpty();
    assertThat(read.issuedAt()).isEmpty();
  }

  @Test
  void given_the_id_of_a_federated_user_then_it_stays_as_it_is() {
    String id = "f:0b5b1e2c-6c0e-4b7a-8a3f-6f1f6b0f9d11:Zoë {admin}";

    assertThat(TokenClaims.of(Map.of("sub", id)).subject()).hasValue(id);
  }
}
