package dev.tokenguard.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.benchmark.Report.Target;
import dev.tokenguard.faults.SoakReport;
import dev.tokenguard.faults.SoakReport.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The options, and the arithmetic of the results. */
class BenchmarkTest {

  private static final long BYTES = 1_000_000;

  @Test
  void given_the_help_then_each_option_has_a_label_a_description_and_its_default() {
    CommandLine line = Options.commandLine();
    String help = line.getUsageMessage();

    for (OptionSpec option : line.getCommandSpec().options()) {
      assertThat(option.description()).as(option.longestName()).isNotEmpty();
      assertThat(help).contains(option.longestName());
      if (option.defaultValue() != null && !option.longestName().endsWith("output")) {
        assertThat(help).contains(option.paramLabel(), "Default: " + option.defaultValue());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bench.rounds, 501, 1..500 rounds",
    "bench.round, x, -Dbench.round",
    "bench.runds, 5, -Dbench.runds"
  })
  void given_an_option_that_does_not_exist_or_a_value_out_of_range_then_it_is_named(
      String name, String value, String message) {
    Properties given = new Properties();
    given.setProperty(name, value);

    assertThatThrownBy(() -> Options.parse(Options.commandLine(), given))
        .hasMessageContaining(message);
  }

  @Test
  void given_options_then_the_others_have_their_defaults_and_the_results_no_password() {
    Properties given = new Properties();
    given.setProperty("bench.part", "refresh");
    given.setProperty("bench.id-token", "false");
    given.setProperty("bench.families", "200000");
    given.setProperty("bench.postgres.url", "jdbc:postgresql://host/db?password=secret");
    given.setProperty("bench.phase", "integration-test");
    CommandLine line = Options.commandLine();

    Options options = Options.parse(line, given);

    assertThat(options.part()).isEqualTo(Options.Part.REFRESH);
    assertThat(options.wantsIdTokens()).isFalse();
    assertThat(options.rounds()).isEqualTo(40);
    assertThat(options.families()).isEqualTo(200_000);
    assertThat(Options.describe(line).toString()).contains("rounds=40").doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({"9 1 2, 2, 1, 9", "4 1 9 2, 3, 1, 9"})
  void given_few_rounds_then_the_median_is_in_the_middle_and_all_are_in_the_interval(
      String values, double median, double low, double high) {
    Spread spread = Spread.of(Stream.of(values.split(" ")).map(Double::valueOf).toList());

    assertThat(List.of(spread.median(), spread.low(), spread.high()))
        .containsExactly(median, low, high);
  }

  @Test
  void given_one_outlier_then_it_is_not_in_the_interval() {
    List<Double> values = new ArrayList<>(List.of(1000.0));
    IntStream.rangeClosed(1, 20).forEach(value -> values.add((double) value));

    assertThat(Spread.of(values).high()).isLessThan(20);
  }

  /** The exponential distribution, whose median is ln 2. */
  @Test
  void given_many_runs_of_a_skewed_figure_then_nine_intervals_of_ten_have_its_median() {
    Random random = new Random(1);
    double median = Math.log(2);
    long hits =
        Stream.generate(
                () -> Spread.of(random.doubles(80).map(it -> -Math.log(1 - it)).boxed().toList()))
            .limit(2000)
            .filter(spread -> spread.low() <= median && median <= spread.high())
            .count();

    assertThat(hits / 2000.0).isBetween(0.90, 0.96);
  }

  @Test
  void given_two_figures_then_they_are_compared_round_by_round() {
    Spread ratio = Spread.of(List.of(2.0, 30.0, 8.0)).by(Spread.of(List.of(1.0, 10.0, 4.0)));

    assertThat(ratio.values()).containsExactly(2.0, 3.0, 2.0);
    assertThat(ratio.median()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 | 0 | 0 | 0 | 0 | ''
          1 | 0 | 0 | 0 | 0 | false alarms
          0 | 1 | 0 | 0 | 0 | active tokens after a theft or a logout
          0 | 0 | 1 | 0 | 0 | memory of Redis, last quarter by first
          0 | 0 | 0 | 1 | 0 | memory of its keys, last quarter by first
          0 | 0 | 0 | 0 | 1 | heap of Keycloak after GC, last quarter by first
          """)
  void given_a_soak_with_a_violation_or_memory_that_grows_then_that_target_is_missed(
      long falseAlarms, long escapes, long redis, long keys, long heap, String missed) {
    List<Sample> samples =
        LongStream.rangeClosed(1, 20)
            .mapToObj(at -> new Sample(at, used(at, redis), used(at, keys), 100, used(at, heap)))
            .toList();
    SoakReport soak =
        new SoakReport(1_000, 1, 80, falseAlarms, falseAlarms, 10, 10, escapes, List.of(), samples);

    assertThat(
            SoakBenchmark.report(soak).targets().stream()
                .filter(target -> !target.isReached())
                .map(Target::name)
                .toList())
        .isEqualTo(missed.isEmpty() ? List.of() : List.of(missed));
  }

  /** Doubles, if it grows; otherwise it is higher in between, and lower again. */
  private static long used(long second, long grows) {
    long between = second > 5 && second <= 15 ? 3 * BYTES : BYTES;
    return grows == 1 ? BYTES + second * BYTES / 20 : between;
  }
}
