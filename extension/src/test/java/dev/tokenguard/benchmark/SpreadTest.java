package dev.tokenguard.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpreadTest {

  private static final int SAMPLES = 2000;

  @Test
  void givenAnOddNumberOfRounds_thenTheMedianIsTheOneInTheMiddle() {
    assertThat(Spread.of(List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2);
  }

  @Test
  void givenAnEvenNumberOfRounds_thenTheMedianIsBetweenTheTwoInTheMiddle() {
    assertThat(Spread.of(List.of(4.0, 1.0, 9.0, 2.0)).median()).isEqualTo(3);
  }

  @Test
  void givenFewRounds_thenTheIntervalHoldsThemAll() {
    Spread spread = Spread.of(List.of(3.0, 1.0, 2.0));
    assertThat(spread.low()).isEqualTo(1);
    assertThat(spread.high()).isEqualTo(3);
  }

  @Test
  void givenOneRoundThatWentWrong_thenTheIntervalDoesNotReachIt() {
    List<Double> values =
        DoubleStream.concat(IntStream.rangeClosed(1, 20).asDoubleStream(), DoubleStream.of(1000))
            .boxed()
            .toList();
    assertThat(Spread.of(values).high()).isLessThan(20);
  }

  @Test
  void givenManyBenchmarksOfASkewedFigure_thenTheIntervalHoldsItsMedianNineTimesOfTen() {
    Random random = new Random(1);
    double median = Math.log(2);
    long held =
        Stream.generate(
                () -> Spread.of(random.doubles(80).map(SpreadTest::skewed).boxed().toList()))
            .limit(SAMPLES)
            .filter(spread -> spread.low() <= median && median <= spread.high())
            .count();
    assertThat(held / (double) SAMPLES).isBetween(0.90, 0.96);
  }

  /** Of the exponential distribution, whose median is ln 2. */
  private static double skewed(double uniform) {
    return -Math.log(1 - uniform);
  }

  @Test
  void givenTwoFigures_thenTheyAreComparedRoundByRound() {
    Spread ratio = Spread.of(List.of(2.0, 30.0, 8.0)).by(Spread.of(List.of(1.0, 10.0, 4.0)));
    assertThat(ratio.values()).containsExactly(2.0, 3.0, 2.0);
    assertThat(ratio.median()).isEqualTo(2);
  }
}
