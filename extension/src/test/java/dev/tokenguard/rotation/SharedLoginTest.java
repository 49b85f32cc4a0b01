package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.contract.InMemoryFamilyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Seven processes share one file with the tokens of a login, for a day. Some keep an old copy, some
 * are stopped before they write, and some responses are lost. The two policies are those that
 * docs/clients.md recommends.
 */
final class SharedLoginTest {

  private static final Duration DAY = Duration.ofDays(1);
  private static final int PROCESSES = 7;

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final FamilyStore store = new InMemoryFamilyStore(clock);

  /** The generation of the token in the file, and of the copy of each process. */
  private long file;

  private final long[] copies = new long[PROCESSES];

  @ParameterizedTest
  @CsvSource({
    "grace-context=key,                                                     PROVEN, MISSING, 1000",
    "grace-depth=10 grace-period=86400 grace-context=user-agent-and-ip,     NO_KEY, NO_KEY,  10"
  })
  void given_processes_that_share_a_login_then_none_is_logged_out_and_a_thief_is_detected(
      String settings, KeyProof ofProcess, KeyProof ofThief, int oldest) {
    RotationPolicy policy = Policies.of(settings);
    store.begin(login.begin(clock), policy);
    Random random = new Random(7);
    long furthestBehind = 0;
    Instant end = clock.instant().plus(DAY);
    while (clock.instant().isBefore(end)) {
      clock.advance(Duration.ofSeconds(random.nextInt(20) == 0 ? 3600 : random.nextInt(120)));
      int process = random.nextInt(PROCESSES);
      boolean isRestarted = random.nextInt(10) == 0;
      if (isRestarted || newest() - copies[process] > oldest) {
        copies[process] = file;
      }
      furthestBehind = Math.max(furthestBehind, newest() - copies[process]);
      refresh(process, policy, ofProcess, random);
    }
    assertThat(furthestBehind).as("the oldest copy that was used").isGreaterThanOrEqualTo(10);

    RotationRequest theft =
        Login.proving(login.from(Login.OTHER_IP).refresh(newest() - 1, clock), ofThief);
    assertThat(store.rotate(theft, policy, it -> false).outcome()).isEqualTo(Outcome.REUSED);
  }

  private void refresh(int process, RotationPolicy policy, KeyProof proof, Random random) {
    RotationRequest request = Login.proving(login.refresh(copies[process], clock), proof);
    RefreshDecision decision = store.rotate(request, policy, it -> false);
    assertThat(decision.issued())
        .as("%s at generation %d, copies %s", decision, newest(), Arrays.toString(copies))
        .isPresent();
    boolean isLost = random.nextInt(8) == 0;
    if (!isLost) {
      copies[process] = decision.issued().orElseThrow().generation();
      boolean isStopped = random.nextInt(8) == 0;
      file = isStopped ? file : copies[process];
    }
  }

  private long newest() {
    return store.find(login.user()).get(0).generation();
  }
}
