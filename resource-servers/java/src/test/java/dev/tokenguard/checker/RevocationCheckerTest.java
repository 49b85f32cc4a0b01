package dev.tokenguard.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unidentified;
import dev.tokenguard.checker.Verdict.Unknown;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The claims of a token, and the verdict on it by the values in Redis. */
final class RevocationCheckerTest {

  private static final long ISSUED_AT = 1_800_000_000;
  private static final Map<String, Object> CLAIMS =
      Map.of("jti", "token", "sid", "session", "sub", "user", "iat", ISSUED_AT);

  private final Map<String, String> stored = new HashMap<>();
  private final List<List<String>> asked = new ArrayList<>();
  private final RevocationChecker checker =
      RevocationChecker.of(
          keys -> {
            asked.add(keys);
            return keys.stream().map(stored::get).toList();
          },
          WhenUnavailable.ACCEPT);

  private Verdict check(Map<String, Object> claims) {
    return checker.check(TokenClaims.of(claims));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          at:token=reuse                                    | TOKEN   | reuse
          at:token=                                         | TOKEN   | ''
          sid:session=1800000000 logout                     | SESSION | logout
          sid:session=1800000001 x y                        | SESSION | x y
          sid:session=1799999999 logout                     |         |
          sub:user=1800000001                               | USER    | 1800000001
          sub:user=1800000000                               |         |
          sid:session=1 logout; sub:user=9999999999         | USER    | 9999999999
          sub:user=9999999999; sid:session=9999999999 logout| SESSION | logout
          sid:session=9999999999 logout; at:token=revoked   | TOKEN   | revoked
          at:other=revoked; sid:user=9; sub:token=9         |         |
          """)
  void given_values_then_the_narrowest_that_covers_the_token_decides(
      String values, Scope scope, String reason) {
    for (String value : values.split("; ")) {
      String[] parts = value.split("=", 2);
      stored.put("tg:" + parts[0], parts[1]);
    }
    Verdict verdict = check(CLAIMS);
    assertThat(verdict).isEqualTo(scope == null ? new Active() : new Revoked(scope, reason));
    assertThat(verdict.isAccepted()).isEqualTo(scope == null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "soon", "-1", "1e3", "17.5", " 1", "12x", "٣", "99999999999999999999"})
  void given_a_cut_off_that_is_not_a_number_then_the_token_is_revoked(String malformed) {
    stored.put("tg:sub:user", malformed);
    assertThat(check(CLAIMS)).isEqualTo(new Revoked(Scope.USER, malformed));
    stored.put("tg:sid:session", malformed + " logout");
    assertThat(check(CLAIMS)).matches(it -> it instanceof Revoked);
    stored.put("tg:sid:session", malformed);
    assertThat(check(CLAIMS))
        .isInstanceOfSatisfying(
            Revoked.class, it -> assertThat(it.scope()).isEqualTo(Scope.SESSION));
  }

  @Test
  void given_a_cut_off_and_a_token_without_iat_then_it_is_revoked() {
    stored.put("tg:sub:user", "1");
    assertThat(check(Map.of("jti", "token", "sub", "user")))
        .isEqualTo(new Revoked(Scope.USER, "1"));
  }

  @Test
  void given_claims_then_the_keys_of_all_ids_are_read_at_once() {
    check(CLAIMS);
    checker.withPrefix("eu:").check(TokenClaims.of(CLAIMS));
    check(Map.of("jti", "id"));
    check(Map.of("sid", "id"));
    check(Map.of("sub", "f:1:Zoë {admin}"));
    assertThat(asked)
        .containsExactly(
            List.of("tg:at:token", "tg:sid:session", "tg:sub:user"),
            List.of("eu:at:token", "eu:sid:session", "eu:sub:user"),
            List.of("tg:at:id"),
            List.of("tg:sid:id"),
            List.of("tg:sub:f:1:Zoë {admin}"));
  }

  @Test
  void given_claims_of_another_type_or_empty_ones_then_they_count_as_missing() {
    Map<String, Object> claims = new HashMap<>();
    claims.put("jti", 17);
    claims.put("sid", "");
    claims.put("sub", null);
    claims.put("iat", List.of("yesterday"));
    Verdict verdict = check(claims);
    assertThat(verdict).isEqualTo(new Unidentified());
    assertThat(verdict.isAccepted()).isFalse();
    assertThat(asked).isEmpty();
    assertThat(TokenClaims.of(claims).issuedAt()).isEmpty();
  }

  static Stream<Object> sameSecond() {
    Instant instant = Instant.ofEpochSecond(ISSUED_AT, 900_000_000);
    return Stream.of(
        1_800_000_000,
        1_800_000_000.9,
        new BigDecimal("1800000000.9"),
        instant,
        Date.from(instant));
  }

  @ParameterizedTest
  @MethodSource("sameSecond")
  void given_the_time_in_any_form_then_it_is_a_whole_second(Object iat) {
    assertThat(TokenClaims.of(Map.of("iat", iat)).issuedAt()).hasValue(ISSUED_AT);
  }

  private static Verdict check(Lookup lookup, WhenUnavailable choice) {
    return RevocationChecker.of(lookup, choice).check(TokenClaims.of(CLAIMS));
  }

  @ParameterizedTest
  @EnumSource(WhenUnavailable.class)
  void given_redis_is_unavailable_then_the_choice_decides(WhenUnavailable choice) {
    IOException unavailable = new IOException();
    Lookup failing =
        keys -> {
          throw unavailable;
        };
    assertThat(check(failing, choice)).isEqualTo(new Unknown(choice, unavailable));
    for (Lookup broken :
        List.<Lookup>of(keys -> null, keys -> List.of(), keys -> List.of("a", "b", "c", "d"))) {
      Verdict verdict = check(broken, choice);
      assertThat(verdict).isInstanceOf(Unknown.class);
      assertThat(verdict.isAccepted()).isEqualTo(choice == WhenUnavailable.ACCEPT);
    }
  }

  @Test
  void given_an_interrupted_lookup_then_the_thread_stays_interrupted() {
    Lookup interrupted =
        keys -> {
          throw new InterruptedException();
        };
    assertThat(check(interrupted, WhenUnavailable.REFUSE)).isInstanceOf(Unknown.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
