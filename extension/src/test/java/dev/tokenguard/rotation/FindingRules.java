package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What is told of a user's families. */
abstract class FindingRules extends StoreRules {

  FindingRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  @Test
  void givenNothing_whenAUserIsFound_thenThereAreNoFamilies() {
    assertThat(store.find(login.user())).isEmpty();
  }

  @Test
  void givenAFamily_whenItIsFound_thenAllIsToldOfIt() {
    Instant begin = clock.instant();
    assertRotates(login, 0, Policies.DEFAULT);
    advance(Duration.ofMillis(61_001));
    assertRotates(login, 1, Policies.DEFAULT);
    Instant refreshed = clock.instant();
    advanceSeconds(5);
    assertReplays(login, 1, Policies.DEFAULT);
    assertThat(store.find(login.user()))
        .containsExactly(
            new TokenFamily(
                login.family(),
                Optional.of(login.session()),
                Optional.of(login.client()),
                false,
                2,
                Optional.of(Instant.ofEpochSecond(begin.getEpochSecond())),
                refreshed,
                false));
  }

  @Test
  void givenAnOfflineFamily_whenItIsFound_thenThatIsTold() {
    assertRotates(login.offline(), 0, Policies.DEFAULT);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isOffline);
  }

  @Test
  void givenAFamilyRevokedBeforeItsFirstRefresh_whenItIsFound_thenLittleIsKnown() {
    store.revoke(Revocation.ofFamily(login.user(), login.family(), inSeconds(60)));
    assertThat(store.find(login.user()))
        .containsExactly(
            new TokenFamily(
                login.family(),
                Optional.empty(),
                Optional.empty(),
                false,
                0,
                Optional.empty(),
                clock.instant(),
                true));
  }

  @Test
  void givenSeveralUsersAndRevokedSessions_whenOneIsFound_thenOnlyTheirFamiliesAre() {
    assertRotates(login, 0, Policies.DEFAULT);
    assertRotates(login.asFamily("second"), 0, Policies.DEFAULT);
    assertRotates(login.ofUser("another user").asFamily("third"), 0, Policies.DEFAULT);
    store.revoke(Revocation.ofSession(login.user(), login.session(), inSeconds(60)));
    store.revoke(Revocation.ofUser(login.user(), List.of(), clock.second(), inSeconds(60)));
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::id)
        .containsExactlyInAnyOrder(login.family(), "second");
  }

  @Test
  void givenAFamilyThatNobodyCanUseAnyMore_whenItIsFound_thenItIsGone() {
    Login lasting = login.asFamily("lasting");
    store.revoke(Revocation.ofFamily(login.user(), login.family(), inSeconds(60)));
    assertRotates(lasting, 0, Policies.DEFAULT);
    advanceSeconds(60);
    assertThat(store.find(login.user())).hasSize(2);
    advanceSeconds(1);
    assertThat(store.find(login.user())).extracting(TokenFamily::id).containsExactly("lasting");
  }
}
