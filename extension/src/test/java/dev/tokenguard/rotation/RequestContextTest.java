package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RotationPolicy.ContextMatch;
import dev.tokenguard.rotation.RotationRequest.Attempt;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The context of a request and its attempt. */
final class RequestContextTest {

  private static final RequestContext CONTEXT = RequestContext.of("Mozilla/5.0", "192.0.2.1");

  /** Every version writes these hashes; a missing header is an empty one. */
  @Test
  void when_hashes_are_made_then_they_are_those_of_every_other_version() {
    assertThat(CONTEXT).isEqualTo(new RequestContext("EGa0gi", "N_z_JL"));
    assertThat(RequestContext.of(null, null))
        .isEqualTo(RequestContext.of("", ""))
        .isEqualTo(new RequestContext("47DEQp", "47DEQp"));
  }

  @Test
  void when_a_claim_is_read_then_it_is_the_context_that_was_written() {
    assertThat(CONTEXT.toClaim()).isEqualTo("EGa0gi.N_z_JL");
    assertThat(RequestContext.fromClaim(CONTEXT.toClaim())).contains(CONTEXT);
    assertThat(RequestContext.fromClaim(42)).isEmpty();
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
  void given_a_claim_of_another_form_then_it_is_no_context(String claim) {
    assertThat(RequestContext.fromClaim(claim)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "NONE,               true,  true,  true",
    "USER_AGENT,         false, true,  false",
    "IP,                 true,  false, false",
    "USER_AGENT_AND_IP,  false, false, false",
  })
  void when_contexts_are_compared_then_only_the_named_properties_count(
      ContextMatch match, boolean withOtherAgent, boolean withOtherIp, boolean withOtherBoth) {
    assertThat(match.isSame(CONTEXT, RequestContext.of("Mozilla/5.0", "192.0.2.1"))).isTrue();
    assertThat(match.isSame(CONTEXT, RequestContext.of("curl", "192.0.2.1")))
        .isEqualTo(withOtherAgent);
    assertThat(match.isSame(CONTEXT, RequestContext.of("Mozilla/5.0", "192.0.2.2")))
        .isEqualTo(withOtherIp);
    assertThat(match.isSame(CONTEXT, RequestContext.of("curl", "192.0.2.2")))
        .isEqualTo(withOtherBoth);
    assertThat(match.comparesUserAgent()).isNotEqualTo(withOtherAgent);
    assertThat(match.comparesIp()).isNotEqualTo(withOtherIp);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0", "0, 0", "1, 1", "29999, 29999", "30000, 30000", "30001, 30000"})
  void given_an_impossible_age_then_an_attempt_has_the_nearest_possible_one(
      long given, long counted) {
    assertThat(new Attempt("id", Duration.ofMillis(given)).age()).hasMillis(counted);
  }

  @Test
  void when_attempts_are_made_then_their_ids_differ_and_are_short() {
    assertThat(IntStream.range(0, 20).mapToObj(it -> Attempt.aged(Duration.ZERO).id()))
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[A-Za-z0-9_-]{4}"));
  }
}
