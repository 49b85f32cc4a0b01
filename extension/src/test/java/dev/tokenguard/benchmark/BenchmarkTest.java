package dev.tokenguard.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.benchmark.refresh.CommandCount;
import dev.tokenguard.benchmark.refresh.CommandCount.Pace;
import dev.tokenguard.benchmark.refresh.CommandCount.StatementCalls;
import dev.tokenguard.benchmark.refresh.RefreshBenchmark;
import dev.tokenguard.benchmark.refresh.Variant;
import dev.tokenguard.benchmark.support.Spread;
import dev.tokenguard.faults.SoakReport;
import dev.tokenguard.faults.SoakReport.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of the results. */
class BenchmarkTest {

  private static final long BYTES = 1_000_000;

  @Test
  void given_rounds_then_the_median_is_in_the_middle_and_few_rounds_are_all_in_the_interval() {
    assertThat(Spread.of(List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2);
    assertThat(Spread.of(List.of(4.0, 1.0, 9.0, 2.0)).median()).isEqualTo(3);
    assertThat(Spread.of(List.of(3.0, 1.0, 2.0)).low()).isEqualTo(1);
    assertThat(Spread.of(List.of(3.0, 1.0, 2.0)).high()).isEqualTo(3);
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

  @Test
  void given_as_many_rounds_as_variants_then_each_follows_each_other_one_once() {
    List<List<Variant>> neighbours = new ArrayList<>();
    int variants = Variant.values().length;
    for (int round = 1; round <= variants; round++) {
      List<Variant> order = RefreshBenchmark.orderOf(round);
      assertThat(order).containsExactlyInAnyOrder(Variant.values());
      for (int place = 1; place < variants; place++) {
        neighbours.add(order.subList(place - 1, place + 1));
      }
    }
    assertThat(neighbours).doesNotHaveDuplicates().hasSize(variants * (variants - 1));
  }

  @Test
  void given_commands_of_transactions_connections_and_the_cluster_then_they_are_not_counted() {
    CommandCount count =
        new CommandCount(
            Variant.TOKEN_GUARD,
            Pace.ONE_A_SECOND,
            10,
            List.of(
                new StatementCalls("BEGIN", 10),
                new StatementCalls("SET LOCAL synchronous_commit TO OFF", 10),
                new StatementCalls("update OFFLINE_USER_SESSION set VERSION=$1", 20),
                new StatementCalls("DELETE from JGROUPS_PING WHERE address=$1", 2)),
            Map.of("evalsha", 10L, "ping", 3L, "hello", 1L));
    assertThat(count.statementsPerRefresh()).isEqualTo(2);
    assertThat(count.commandsPerRefresh()).isEqualTo(1);
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
    SoakReport report =
        new SoakReport(1_000, 1, 80, falseAlarms, falseAlarms, 10, 10, escapes, List.of(), samples);

    assertThat(Target.of(report).stream().filter(it -> !it.isReached()).map(Target::name).toList())
        .isEqualTo(missed.isEmpty() ? List.of() : List.of(missed));
  }

  /** Doubles, if it grows; otherwise it is higher in between, and lower again. */
  private static long used(long second, long grows) {
    long between = second > 5 && second <= 15 ? 3 * BYTES : BYTES;
    return grows == 1 ? BYTES + second * BYTES / 20 : between;
  }
}
