package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.Incident;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLogContract;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;

/** The scripts on a real Redis keep the promise, and bound what they keep. */
final class RedisIncidentLogTest extends IncidentLogContract {

  private static final String KEY = "tg:incidents:{realm}";

  private static final Incident INCIDENT =
      Incident.blacklistedActivity(new Incident.Origin("user", "client", "sid", "::1"), "logout");

  @Override
  protected IncidentLog open(TestClock clock) {
    return TestRedis.emptyIncidentLog(clock);
  }

  @Test
  void whenAnIncidentIsAdded_thenItsKeyLivesAsLongAsItself() {
    open(TestClock.started()).add("realm", INCIDENT);
    assertThat(JEDIS.ttl(KEY))
        .isBetween(IncidentLog.KEPT_FOR.toSeconds() - 60, IncidentLog.KEPT_FOR.toSeconds());
  }

  @Test
  void whenOldIncidentsAreThere_thenTheNextOneDropsThem() {
    TestClock clock = TestClock.started();
    IncidentLog log = open(clock);
    log.add("realm", INCIDENT);
    clock.advance(IncidentLog.KEPT_FOR.plusMillis(1));
    log.add("realm", INCIDENT);
    assertThat(JEDIS.xlen(KEY)).isEqualTo(1);
  }

  @Test
  void givenAnIncidentOfANewerVersion_whenTheyAreAskedFor_thenTheOthersAreTold() {
    IncidentLog log = open(TestClock.started());
    log.add("realm", INCIDENT);
    JEDIS.xadd(KEY, StreamEntryID.NEW_ENTRY, Map.of("type", "earthquake"));
    assertThat(log.newest("realm", Optional.empty(), 0, 10))
        .singleElement()
        .extracting(IncidentLog.Recorded::incident)
        .isEqualTo(INCIDENT);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenNeitherMethodAnswers() {
    IncidentLog log = open(TestClock.started());
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> log.add("realm", INCIDENT))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> log.newest("realm", Optional.empty(), 0, 10))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }
}
