package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RotationRequest.Attempt;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RotationRequestTest {

  @ParameterizedTest
  @CsvSource({"-1, 0", "0, 0", "1, 1", "29999, 29999", "30000, 30000", "30001, 30000"})
  void whenAnAttemptHasAnImpossibleAge_thenTheNearestPossibleOneCounts(long given, long counted) {
    assertThat(new Attempt("id", Duration.ofMillis(given)).age()).hasMillis(counted);
  }

  @Test
  void whenAttemptsAreMade_thenTheirIdsDifferAndAreShort() {
    assertThat(IntStream.range(0, 20).mapToObj(it -> Attempt.aged(Duration.ZERO).id()))
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[A-Za-z0-9_-]{4}"));
  }
}
