package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.Era.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a newer version has written is not understood, and not guessed at: the store is unavailable
 * to this user, and nothing is lost.
 */
final class NewerFormatTest {

  private static final long UNTIL = Era.BEGIN.getEpochSecond() + Login.REMEMBERED;

  private final TestClock clock = TestClock.startedAt(Era.BEGIN.plusSeconds(5));
  private FamilyStore store;

  /** All as it is today, by another number and with another meaning. */
  @BeforeEach
  void restoreAsNewer() {
    store = TestRedis.emptyStore(clock);
    String newer = Snapshot.read("format-1.txt").replaceAll("(?m)^(  [fscuko]\\S* = )1,", "$12,");
    Snapshot.restore(newer, JEDIS);
  }

  @ParameterizedTest
  @CsvSource({"begun, 0", "refreshed, 2", "refreshed, 1", "refreshed, 0", "reused, 2"})
  void whenATokenOfSuchAFamilyIsPresented_thenTheStoreIsUnavailable(String user, long generation) {
    assertUnavailable(user, () -> present(of(user), generation));
  }

  @ParameterizedTest
  @ValueSource(strings = {"session-revoked", "client-session-revoked", "all-revoked"})
  void whenAFamilyOfOursMeetsSuchAMark_thenTheStoreIsUnavailable(String user) {
    Login login = of(user).asFamily("of today");

    assertUnavailable(user, () -> present(login, 0));
  }

  @Test
  void whenSuchAFamilyIsToBeListed_thenTheStoreIsUnavailable() {
    assertUnavailable("refreshed", () -> store.find("refreshed"));
  }

  @Test
  void whenSuchAFamilyIsToBeRevoked_thenTheStoreIsUnavailable() {
    Revocation ofFamily = Revocations.ofFamily("refreshed", of("").family(), UNTIL);

    assertUnavailable("refreshed", () -> store.revoke(ofFamily));
  }

  @Test
  void whenWhatHasSuchAMarkIsToBeRevoked_thenTheStoreIsUnavailable() {
    Login login = of("");
    ClientSession clientSession = new ClientSession(login.session(), login.client());
    long now = clock.second();

    assertUnavailable(
        "session-revoked",
        () ->
            store.revoke(
                Revocations.ofSession(
                    "session-revoked", Revocations.both(login.session()), login.started(), UNTIL)));
    assertUnavailable(
        "client-session-revoked",
        () ->
            store.revoke(
                Revocations.ofClientSessions(
                    "client-session-revoked", List.of(clientSession), List.of(), now, UNTIL)));
    assertUnavailable(
        "all-revoked",
        () -> store.revoke(Revocations.ofUser("all-revoked", List.of(), now, UNTIL)));
  }

  @Test
  void givenSuchAFamily_thenAnotherOfTheSameUserGoesOn() {
    assertThat(present(of("refreshed").asFamily("of today"), 0))
        .matches(it -> it.issued().isPresent());
  }

  @Test
  void givenSuchAFamily_whenTheUserLogsInWithALimit_thenTheLoginIsRememberedAndItIsLeftAlone() {
    Map<String, String> before = JEDIS.hgetAll("tg:u:{refreshed}");

    store.begin(of("refreshed").asFamily("of today").begin(clock), Era.ONE_FAMILY);

    assertThat(JEDIS.hgetAll("tg:u:{refreshed}")).containsAllEntriesOf(before);
  }

  private RefreshDecision present(Login login, long generation) {
    return store.rotate(login.refresh(generation, clock), Policies.DEFAULT, it -> false);
  }

  private static void assertUnavailable(String user, Runnable asked) {
    Map<String, String> before = JEDIS.hgetAll("tg:u:{" + user + "}");

    assertThatThrownBy(asked::run)
        .isInstanceOf(StoreUnavailableException.class)
        .cause()
        .hasMessageStartingWith("FORMAT");
    assertThat(JEDIS.hgetAll("tg:u:{" + user + "}")).isEqualTo(before);
  }
}
