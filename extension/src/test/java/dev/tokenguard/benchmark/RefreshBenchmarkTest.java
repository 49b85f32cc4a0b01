package dev.tokenguard.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefreshBenchmarkTest {

  @Test
  void givenAsManyRoundsAsVariants_thenEachComesAfterEveryOtherOneOnce() {
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
}
