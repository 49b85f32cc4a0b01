package dev.tokenguard.benchmark.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointBenchmarkTest {

  @Test
  void given_as_many_rounds_as_subjects_then_each_follows_each_other_one_once() {
    List<String> all = List.of("a", "b", "c", "d");
    List<List<String>> neighbours = new ArrayList<>();
    for (int round = 1; round <= all.size(); round++) {
      List<String> order = EndpointBenchmark.orderOf(round, all);
      assertThat(order).containsExactlyInAnyOrderElementsOf(all);
      for (int place = 1; place < all.size(); place++) {
        neighbours.add(order.subList(place - 1, place + 1));
      }
    }

    assertThat(neighbours).doesNotHaveDuplicates().hasSize(all.size() * (all.size() - 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BEGIN                                             | true
          SET LOCAL synchronous_commit TO OFF               | true
          DELETE from JGROUPS_PING WHERE address=$1         | true
          update OFFLINE_USER_SESSION set VERSION=$1        | false
          """)
  void given_a_statement_of_transactions_or_of_the_cluster_then_it_is_not_counted(
      String statement, boolean isUpkeep) {
    assertThat(Postgres.isUpkeep(statement)).isEqualTo(isUpkeep);
  }
}
