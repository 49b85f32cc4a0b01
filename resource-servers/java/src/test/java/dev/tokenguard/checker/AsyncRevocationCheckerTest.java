package dev.tokenguard.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unidentified;
import dev.tokenguard.checker.Verdict.Unknown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What differs from {@link RevocationChecker}: the reply arrives later, or as a failed stage. */
final class AsyncRevocationCheckerTest {

  private static final TokenClaims CLAIMS =
      TokenClaims.of(Map.of("jti", "token", "sub", "user", "iat", 1_800_000_000));

  private static Verdict check(AsyncLookup lookup, WhenUnavailable choice) {
    return AsyncRevocationChecker.of(lookup, choice).check(CLAIMS).toCompletableFuture().join();
  }

  @Test
  void given_a_reply_that_arrives_later_then_the_verdict_is_completed_by_it() {
    CompletableFuture<List<String>> reply = new CompletableFuture<>();
    List<String> asked = new ArrayList<>();
    AsyncRevocationChecker checker =
        AsyncRevocationChecker.of(
                keys -> {
                  asked.addAll(keys);
                  return reply;
                },
                WhenUnavailable.REFUSE)
            .withPrefix("eu:");
    CompletableFuture<Verdict> verdict = checker.check(CLAIMS).toCompletableFuture();
    assertThat(asked).containsExactly("eu:at:token", "eu:sub:user");
    assertThat(verdict).isNotDone();

    reply.complete(Arrays.asList(null, "1800000001"));
    assertThat(verdict).isCompletedWithValue(new Revoked(Scope.USER, "1800000001"));
    assertThat(checker.check(TokenClaims.of(Map.of())).toCompletableFuture())
        .isCompletedWithValue(new Unidentified());
  }

  @ParameterizedTest
  @EnumSource(WhenUnavailable.class)
  void given_a_failure_in_any_form_then_the_verdict_is_unknown(WhenUnavailable choice) {
    IOException failure = new IOException();
    assertThat(check(keys -> CompletableFuture.failedStage(failure), choice))
        .isEqualTo(new Unknown(choice, failure));
    assertThat(
            check(keys -> CompletableFuture.failedStage(new CompletionException(failure)), choice))
        .isEqualTo(new Unknown(choice, failure));
    // A client of Redis may have failures of a type of its own, as Vert.x does.
    Throwable reply = new Throwable();
    assertThat(check(keys -> CompletableFuture.failedStage(reply), choice))
        .isEqualTo(new Unknown(choice, reply));
    IllegalStateException thrown = new IllegalStateException();
    AsyncLookup throwing =
        keys -> {
          throw thrown;
        };
    assertThat(check(throwing, choice)).isEqualTo(new Unknown(choice, thrown));
    for (AsyncLookup broken :
        List.<AsyncLookup>of(
            keys -> null,
            keys -> CompletableFuture.completedStage(null),
            keys -> CompletableFuture.completedStage(List.of("a", "b", "c")))) {
      assertThat(check(broken, choice)).isInstanceOf(Unknown.class);
    }
  }

  @Test
  void given_only_some_of_the_values_then_they_can_revoke_but_not_accept() {
    IncompleteLookupException revoked =
        new IncompleteLookupException(Arrays.asList(null, "1800000001"), new IOException());
    IncompleteLookupException nothing =
        new IncompleteLookupException(Arrays.asList(null, null), new IOException());
    for (WhenUnavailable choice : WhenUnavailable.values()) {
      assertThat(check(keys -> CompletableFuture.failedStage(revoked), choice))
          .isEqualTo(new Revoked(Scope.USER, "1800000001"));
      assertThat(check(keys -> CompletableFuture.failedStage(nothing), choice))
          .isEqualTo(new Unknown(choice, nothing));
    }
    assertThat(
            check(
                keys -> CompletableFuture.completedStage(Arrays.asList(null, null)),
                WhenUnavailable.REFUSE))
        .isEqualTo(new Active());
  }
}
