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
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is stored has a frozen format, and each frozen format is read by every later version, so an
 * update terminates no session.
 */
final class StoredFormatTest {

  private static final String NEWEST = "format-1.txt";
  private static final long BEGIN = Era.BEGIN.getEpochSecond();

  /** Two seconds after the last thing that was written. */
  private final TestClock clock = TestClock.startedAt(Era.BEGIN.plusSeconds(5));

  private FamilyStore store;

  private void restore(String snapshot) {
    store = TestRedis.emptyStore(clock);
    Snapshot.restore(snapshot, JEDIS);
  }

  private RefreshDecision present(Login login, long generation, RotationPolicy policy) {
    return store.rotate(login.refresh(generation, clock), policy, it -> false);
  }

  @Test
  void given_all_events_then_redis_has_what_the_newest_frozen_file_has() {
    Era.play();

    // If this fails after a release, do not change that file: raise the version in record.lua, read
    // both versions, and freeze what is written now in a file of its own.
    assertThat(Snapshot.take(JEDIS)).isEqualTo(Snapshot.read(NEWEST));
  }

  @ParameterizedTest
  @CsvSource({
    "begun, 0, ROTATED",
    "refreshed, 2, ROTATED",
    "refreshed, 1, REPLAYED",
    "replayed, 0, REPLAYED",
    "refreshed, 0, REUSED",
    "adopted, 1, ROTATED",
    "offline, 0, REPLAYED",
    "bound, 1, ROTATED",
    "capped, 0, REVOKED",
    "reused, 2, REVOKED",
    "elsewhere, 0, REVOKED",
    "family-revoked, 1, REVOKED",
    "revoked-ahead, 0, REVOKED",
    "session-revoked, 1, REVOKED",
    "client-session-revoked, 1, REVOKED",
    "all-revoked, 1, REVOKED"
  })
  void given_format_1_then_tokens_are_decided_by_what_is_stored(
      String user, long generation, RefreshDecision.Outcome outcome) {
    restore(Snapshot.read("format-1.txt"));
    Login login = user.equals("offline") ? of(user).offline() : of(user);
    assertThat(present(login, generation, Policies.DEFAULT).outcome()).isEqualTo(outcome);
  }

  @Test
  void given_format_1_then_all_parts_of_a_record_are_read() {
    restore(Snapshot.read("format-1.txt"));
    assertThat(present(of("replayed"), 0, Policies.DEFAULT).issued())
        .contains(new SuccessorToken(1, BEGIN + 1, BEGIN + 1801, 2, Optional.empty()));
    assertThat(((Reused) present(of("refreshed"), 0, Policies.DEFAULT)).revoked().ids())
        .containsExactly(
            "onrtac:6fcac411-17b1-8be3-937e-ca0df08088ff",
            "onrtrt:6fcac411-17b1-8be3-85a8-accf96af9cd1",
            "onrtrt:6fcac411-17b1-8be3-b476-e87616be896f");
    assertThat(((Throttled) present(of("throttled"), 2, Era.TWO_PER_MINUTE)).retryAfter())
        .isEqualTo(Duration.ofMillis(55_750));
    assertThat(present(of("bound").from(Login.OTHER_IP), 1, Era.BINDING).outcome())
        .isEqualTo(RefreshDecision.Outcome.MISMATCHED);
    for (String user : List.of("client-session-revoked", "all-revoked")) {
      Login later = of(user).inSession("a session", BEGIN + 4).atClient("a client", BEGIN + 4);
      assertThat(present(later.asFamily("a family"), 0, Policies.DEFAULT).issued()).isPresent();
    }
    assertThat(store.find("capped")).extracting(TokenFamily::isRevoked).contains(true, false);
  }

  @Test
  void given_format_1_and_ids_that_are_no_uuids_then_their_family_is_found() {
    restore(Snapshot.read("format-1.txt"));
    assertThat(store.find(Era.FEDERATED))
        .containsExactly(
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
  }

  @Test
  void given_format_1_then_the_entries_of_the_revocation_list_apply() {
    restore(Snapshot.read("format-1.txt"));
    try (Redis redis = TestRedis.open(new RecordedTelemetry())) {
      RevocationList list = TestRedis.blacklist(redis);
      String session = of("any").session();
      assertThat(list.reasonFor("onrtrt:6f1b5a0e")).contains("revoked");
      assertThat(list.find(new TokenIdentity("x", session, "x", BEGIN + 3)))
          .contains(new Hit(RevocationScope.SESSION, "logout"));
      assertThat(list.find(new TokenIdentity("x", session, "x", BEGIN + 4))).isEmpty();
      assertThat(list.find(new TokenIdentity("x", "x", Era.FEDERATED, BEGIN + 2)))
          .contains(new Hit(RevocationScope.USER, ""));
      assertThat(list.find(new TokenIdentity("x", "x", Era.FEDERATED, BEGIN + 3))).isEmpty();
    }
  }
}
