package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.Era.of;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Today's code reads what earlier versions have written: an update logs nobody out. */
@ParameterizedClass
@ValueSource(strings = {"format-1.txt"})
final class FrozenFormatTest {

  private static final long BEGIN = Era.BEGIN.getEpochSecond();

  /** Two seconds after the last thing that was written. */
  private final TestClock clock = TestClock.startedAt(Era.BEGIN.plusSeconds(5));

  @Parameter private String file;
  private FamilyStore store;

  @BeforeEach
  void restore() {
    store = TestRedis.emptyStore(clock);
    Snapshot.restore(Snapshot.read(file), JEDIS);
  }

  @Test
  void givenALogin_whenItIsRefreshed_thenTheFamilyGoesOnAndTheLoginsAccessTokenIsNamed() {
    Rotated rotated = rotated(of("begun"), 0, Policies.DEFAULT);

    assertThat(rotated.outcome()).isEqualTo(Outcome.ROTATED);
    assertThat(rotated.child().generation()).isEqualTo(1);
    assertThat(rotated.replaced().ids())
        .containsExactly("onrtac:6fcac411-17b1-8be3-937e-ca0df08088ff");
  }

  @Test
  void givenAFamily_whenItsNewestTokenIsRefreshed_thenItGoesOn() {
    Rotated rotated = rotated(of("refreshed"), 2, Policies.DEFAULT);

    assertThat(rotated.outcome()).isEqualTo(Outcome.ROTATED);
    assertThat(rotated.child().generation()).isEqualTo(3);
  }

  @Test
  void givenAFamilyInGrace_whenTheLastTokenComesBack_thenItGetsTheSameChild() {
    Replayed replayed = (Replayed) present(of("refreshed"), 1, Policies.DEFAULT);

    assertThat(replayed.child())
        .isEqualTo(new SuccessorToken(2, BEGIN + 3, BEGIN + 1803, 1, Optional.empty()));
    assertThat(replayed.child().replay()).isEqualTo(1);
  }

  @Test
  void givenAReplay_whenTheTokenComesBackAgain_thenItIsTheSecond() {
    Replayed replayed = (Replayed) present(of("replayed"), 0, Policies.DEFAULT);

    assertThat(replayed.child())
        .isEqualTo(new SuccessorToken(1, BEGIN + 1, BEGIN + 1801, 2, Optional.empty()));
    assertThat(replayed.child().replay()).isEqualTo(2);
  }

  @Test
  void givenAFamily_whenAnOlderTokenComesBack_thenItIsCaughtAndEveryAccessTokenIsNamed() {
    Reused reused = (Reused) present(of("refreshed"), 0, Policies.DEFAULT);

    assertThat(reused.why()).isEqualTo(ReuseReason.OLDER_GENERATION);
    assertThat(reused.revoked().ids())
        .containsExactly(
            "onrtac:6fcac411-17b1-8be3-937e-ca0df08088ff",
            "onrtrt:6fcac411-17b1-8be3-85a8-accf96af9cd1",
            "onrtrt:6fcac411-17b1-8be3-b476-e87616be896f");
    assertThat(present(of("refreshed"), 2, Policies.DEFAULT)).isInstanceOf(Revoked.class);
  }

  @Test
  void givenAFamilyWhoseGraceIsOver_whenTheLastTokenComesBack_thenItIsCaught() {
    clock.advance(Duration.ofSeconds(10));
    Reused reused = (Reused) present(of("refreshed"), 1, Policies.DEFAULT);

    assertThat(reused.why()).isEqualTo(ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void givenATokenFromBeforeTheJar_whenItsChildIsRefreshed_thenTheFamilyGoesOn() {
    assertThat(rotated(of("adopted"), 1, Policies.DEFAULT).child().generation()).isEqualTo(2);
  }

  @Test
  void givenAnOfflineFamily_whenATokenComesBackInGrace_thenItsChildHasNoEnd() {
    Replayed replayed = (Replayed) present(of("offline").offline(), 0, Policies.DEFAULT);

    assertThat(replayed.child())
        .isEqualTo(new SuccessorToken(1, BEGIN + 1, 0, 1, Optional.empty()));
    assertThat(only(store.find("offline")).isOffline()).isTrue();
  }

  @Test
  void givenABoundFamily_thenItIsRefreshedFromThereOnly() {
    Login bound = of("bound");

    assertThat(present(bound.from(Login.OTHER_IP), 1, Era.BINDING)).isInstanceOf(Mismatched.class);
    assertThat(present(bound.from(Login.OTHER_AGENT), 1, Era.BINDING))
        .isInstanceOf(Mismatched.class);
    assertThat(rotated(bound, 1, Era.BINDING).child().binding()).contains(Login.HERE);
  }

  @ParameterizedTest
  @CsvSource({
    "reused, 2, FAMILY",
    "elsewhere, 0, FAMILY",
    "capped, 0, FAMILY",
    "family-revoked, 1, FAMILY",
    "revoked-ahead, 0, FAMILY",
    "session-revoked, 1, SESSION",
    "client-session-revoked, 1, CLIENT_SESSION",
    "all-revoked, 1, USER"
  })
  void givenWhatWasRevoked_thenItStaysSo(String user, long newest, RevocationScope scope) {
    assertThat(((Revoked) present(of(user), newest, Policies.DEFAULT)).scope()).isEqualTo(scope);
  }

  @ParameterizedTest
  @ValueSource(strings = {"client-session-revoked", "all-revoked"})
  void givenACutOff_thenALaterLoginIsGood(String user) {
    long later = BEGIN + 4;
    Login login = of(user).inSession("a session", later).atClient("a client", later);

    assertThat(rotated(login.asFamily("a family"), 0, Policies.DEFAULT).child().generation())
        .isEqualTo(1);
  }

  @Test
  void givenACappedUser_thenTheLoginThatCameLaterIsGood() {
    rotated(of("capped").asFamily(Era.SECOND_FAMILY), 0, Policies.DEFAULT);
  }

  @Test
  void givenAMinuteThatIsUsedUp_thenTheNextRefreshWaitsForTheNextOne() {
    Throttled throttled = (Throttled) present(of("throttled"), 2, Era.TWO_PER_MINUTE);

    assertThat(throttled.retryAfter()).isEqualTo(Duration.ofMillis(55_750));
    clock.advance(throttled.retryAfter());
    rotated(of("throttled"), 2, Era.TWO_PER_MINUTE);
  }

  @Test
  void givenIdsThatAreNoUuids_thenTheFamilyGoesOnAndIsListed() {
    assertThat(only(store.find(Era.FEDERATED)))
        .isEqualTo(
            new TokenFamily(
                "family, no UUID",
                Optional.of(Era.federated().session()),
                Optional.of("account"),
                false,
                1,
                Optional.of(Instant.ofEpochSecond(BEGIN)),
                Era.BEGIN.plusSeconds(1),
                false,
                new AccessTokens("family, no UUID", 0, 1, 1, 0, BEGIN + 301, "onrtac", "onrtrt"),
                Optional.empty()));
    rotated(Era.federated(), 1, Policies.DEFAULT);
  }

  @Test
  void givenWhatWasRevoked_thenTheListSaysSo() {
    assertThat(only(store.find("refreshed")).isRevoked()).isFalse();
    assertThat(only(store.find("reused")).isRevoked()).isTrue();
    assertThat(only(store.find("revoked-ahead")).isRevoked()).isTrue();
    assertThat(store.find("capped")).extracting(TokenFamily::isRevoked).contains(true, false);
  }

  @Test
  void givenBlacklistEntries_thenTheyKillWhatTheyName() {
    try (Redis redis = TestRedis.open(new RecordedTelemetry())) {
      RevocationList blacklist = TestRedis.blacklist(redis);
      String session = of("anybody").session();

      assertThat(blacklist.reasonFor("onrtrt:6f1b5a0e")).contains("revoked");
      assertThat(blacklist.find(new TokenIdentity("x", session, "x", BEGIN + 3)))
          .contains(new Hit(RevocationScope.SESSION, "logout"));
      assertThat(blacklist.find(new TokenIdentity("x", session, "x", BEGIN + 4))).isEmpty();
      assertThat(blacklist.find(new TokenIdentity("x", "x", Era.FEDERATED, BEGIN + 2)))
          .contains(new Hit(RevocationScope.USER, ""));
      assertThat(blacklist.find(new TokenIdentity("x", "x", Era.FEDERATED, BEGIN + 3))).isEmpty();
    }
  }

  private RefreshDecision present(Login login, long generation, RotationPolicy policy) {
    return store.rotate(login.refresh(generation, clock), policy, it -> false);
  }

  private Rotated rotated(Login login, long generation, RotationPolicy policy) {
    RefreshDecision outcome = present(login, generation, policy);
    assertThat(outcome).isInstanceOf(Rotated.class);
    return (Rotated) outcome;
  }

  private static <T> T only(List<T> list) {
    assertThat(list).hasSize(1);
    return list.get(0);
  }
}
