package dev.tokenguard.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.benchmark.CommandCount.Pace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandCountTest {

  @Test
  void givenTheUpkeepOfTransactionsConnectionsAndTheCluster_thenOnlyWhatRefreshesSendIsCounted() {
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
}
