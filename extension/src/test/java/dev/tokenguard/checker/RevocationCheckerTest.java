package dev.tokenguard.checker;

import static dev.tokenguard.checker.CheckedTokens.ISSUED_AT;
import static dev.tokenguard.checker.CheckedTokens.ordinary;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unidentified;
import dev.tokenguard.checker.Verdict.Unknown;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verdict on a token, by what Redis holds. */
final class RevocationCheckerTest {

  @Test
  void given_no_key_then_the_token_is_alive() {
    assertThat(verdict(Map.of())).isEqualTo(new Active());
    assertThat(verdict(Map.of()).isAccepted()).isTrue();
  }

  @Test
  void given_the_key_of_the_token_then_it_is_revoked_and_the_reason_is_told() {
    assertRevoked(Map.of("tg:at:token", "reuse"), Scope.TOKEN, "reuse");
  }

  @Test
  void given_the_key_of_the_session_then_it_is_revoked() {
    assertRevoked(Map.of("tg:sid:session", "9999999999 logout"), Scope.SESSION, "logout");
  }

  @Test
  void given_a_sessions_cut_off_then_what_was_issued_up_to_that_second_is_revoked() {
    assertRevoked(Map.of("tg:sid:session", ISSUED_AT + " logout"), Scope.SESSION, "logout");
    assertRevoked(Map.of("tg:sid:session", (ISSUED_AT + 1) + " x y"), Scope.SESSION, "x y");
    assertThat(verdict(Map.of("tg:sid:session", (ISSUED_AT - 1) + " logout")))
        .isEqualTo(new Active());
  }

  @Test
  void given_a_session_that_began_anew_then_the_cut_off_of_the_user_still_counts() {
    assertRevoked(
        Map.of("tg:sid:session", "1 logout", "tg:sub:user", "9999999999"),
        Scope.USER,
        "9999999999");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "logout", " logout", "-1 logout", "1e3 logout", "12x logout"})
  void given_a_sessions_cut_off_that_is_no_second_then_the_token_is_revoked(String malformed) {
    assertThat(verdict(Map.of("tg:sid:session", malformed)))
        .isInstanceOfSatisfying(
            Revoked.class, it -> assertThat(it.scope()).isEqualTo(Scope.SESSION));
  }

  @Test
  void given_a_key_without_a_reason_then_it_is_revoked_all_the_same() {
    assertRevoked(Map.of("tg:at:token", ""), Scope.TOKEN, "");
  }

  @Test
  void given_several_keys_then_the_narrowest_counts() {
    assertRevoked(
        Map.of(
            "tg:sub:user",
            "9999999999",
            "tg:sid:session",
            "9999999999 logout",
            "tg:at:token",
            "revoked"),
        Scope.TOKEN,
        "revoked");
  }

  @Test
  void given_a_cut_off_then_only_what_was_issued_before_that_second_is_dead() {
    String later = Long.toString(ISSUED_AT + 1);

    assertRevoked(Map.of("tg:sub:user", later), Scope.USER, later);
    assertThat(verdict(Map.of("tg:sub:user", Long.toString(ISSUED_AT)))).isEqualTo(new Active());
    assertThat(verdict(Map.of("tg:sub:user", Long.toString(ISSUED_AT - 1))))
        .isEqualTo(new Active());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "soon", "-1", "1e3", "17.5", " 1", "1 ", "٣", "99999999999999999999"})
  void given_a_cut_off_that_is_no_second_then_the_token_is_dead(String malformed) {
    assertRevoked(Map.of("tg:sub:user", malformed), Scope.USER, malformed);
  }

  @Test
  void given_a_cut_off_and_a_token_that_does_not_tell_its_age_then_it_is_dead() {
    RecordedLookup redis = RecordedLookup.holding(Map.of("tg:sub:user", "1"));
    RevocationChecker checker = RevocationChecker.of(redis, WhenUnavailable.ACCEPT);

    Verdict verdict = checker.check(TokenClaims.of(Map.of("jti", "token", "sub", "user")));

    assertThat(verdict).isEqualTo(new Revoked(Scope.USER, "1"));
  }

  @Test
  void given_an_ordinary_token_then_its_three_keys_are_asked_for_at_once() {
    RecordedLookup redis = RecordedLookup.holding(Map.of());

    RevocationChecker.of(redis, WhenUnavailable.REFUSE).check(ordinary());

    assertThat(redis.questions())
        .containsExactly(List.of("tg:at:token", "tg:sid:session", "tg:sub:user"));
  }

  @Test
  void given_another_prefix_then_the_keys_begin_with_it() {
    RecordedLookup redis = RecordedLookup.holding(Map.of());

    RevocationChecker.of(redis, WhenUnavailable.REFUSE).withPrefix("eu:").check(ordinary());

    assertThat(redis.questions())
        .containsExactly(List.of("eu:at:token", "eu:sid:session", "eu:sub:user"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"jti", "sid", "sub"})
  void given_one_id_only_then_only_its_key_is_asked_for(String claim) {
    RecordedLookup redis = RecordedLookup.holding(Map.of());
    RevocationChecker checker = RevocationChecker.of(redis, WhenUnavailable.REFUSE);

    Verdict verdict = checker.check(TokenClaims.of(Map.of(claim, "id", "iat", ISSUED_AT)));

    assertThat(verdict).isEqualTo(new Active());
    String key = claim.equals("jti") ? "tg:at:id" : "tg:" + claim + ":id";
    assertThat(redis.questions()).containsExactly(List.of(key));
  }

  @ParameterizedTest
  @EnumSource(WhenUnavailable.class)
  void given_no_id_at_all_then_redis_is_not_asked_and_the_token_is_refused(WhenUnavailable choice) {
    RecordedLookup redis = RecordedLookup.holding(Map.of());

    Verdict verdict =
        RevocationChecker.of(redis, choice).check(TokenClaims.of(Map.of("iat", ISSUED_AT)));

    assertThat(verdict).isEqualTo(new Unidentified());
    assertThat(verdict.isAccepted()).isFalse();
    assertThat(redis.questions()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WhenUnavailable.class)
  void given_redis_away_then_the_choice_decides_and_the_failure_is_kept(WhenUnavailable choice) {
    IOException away = new IOException("away");
    RevocationChecker checker =
        RevocationChecker.of(
            keys -> {
              throw away;
            },
            choice);

    Verdict verdict = checker.check(ordinary());

    assertThat(verdict).isEqualTo(new Unknown(choice, away));
    assertThat(verdict.isAccepted()).isEqualTo(choice == WhenUnavailable.ACCEPT);
  }

  @Test
  void given_an_interrupted_lookup_then_the_thread_stays_interrupted() {
    RevocationChecker checker =
        RevocationChecker.of(
            keys -> {
              throw new InterruptedException();
            },
            WhenUnavailable.REFUSE);

    Verdict verdict = checker.check(ordinary());

    assertThat(Thread.interrupted()).isTrue();
    assertThat(verdict.isAccepted()).isFalse();
  }

  @Test
  void given_a_lookup_that_does_not_keep_its_word_then_nothing_is_known() {
    for (Lookup broken :
        List.<Lookup>of(keys -> null, keys -> List.of(), keys -> List.of("a", "b", "c", "d"))) {
      Verdict verdict = RevocationChecker.of(broken, WhenUnavailable.REFUSE).check(ordinary());

      assertThat(verdict).isInstanceOf(Unknown.class);
      assertThat(verdict.isAccepted()).isFalse();
    }
  }

  private static void assertRevoked(Map<String, String> content, Scope scope, String reason) {
    assertThat(verdict(content)).isEqualTo(new Revoked(scope, reason));
    assertThat(verdict(content).isAccepted()).isFalse();
  }

  private static Verdict verdict(Map<String, String> content) {
    RecordedLookup redis = RecordedLookup.holding(content);
    return RevocationChecker.of(redis, WhenUnavailable.ACCEPT).check(ordinary());
  }
}
