package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.params.SetParams;

/**
 * What is stored has a frozen format, and each frozen format is read by every later version, so an
 * update terminates no session.
 */
final class StoredFormatTest {

  private static final String NEWEST = "format-1.txt";
  private static final String INDENT = "  ";

  /** In the year 2100, so that Redis does not expire what is written then. */
  private static final Instant BEGIN = Instant.parse("2100-01-01T00:00:00.250Z");

  private static final long SECOND = BEGIN.getEpochSecond();
  private static final String FEDERATED = "f:8d5b2c1a-0000-4000-8000-0000000000f1:{bär} the 2nd";

  /** The policies of the users that have another one than the default. */
  private static final Map<String, RotationPolicy> POLICIES =
      Map.of(
          "bound", Policies.with("bind-to", "user-agent-and-ip"),
          "elsewhere", Policies.with("bind-to", "ip", "on-binding-mismatch", "revoke-family"),
          "throttled", Policies.with("max-refreshes-per-minute", 2),
          "deep", Policies.with("grace-depth", 3),
          "capped", Policies.with("max-families-per-user-and-client", 1));

  private final TestClock clock = TestClock.startedAt(BEGIN);
  private final FamilyStore store = TestRedis.emptyStore(clock);
  private final Redis redis = TestRedis.open(new RecordedTelemetry());
  private final RevocationList list = TestRedis.blacklist(redis);

  @AfterEach
  void close() {
    redis.close();
  }

  private static Login of(String user) {
    Login login = Login.at(TestClock.startedAt(BEGIN)).ofUser(user);
    return switch (user) {
      case "offline" -> login.offline();
      case "bound", "elsewhere" -> login.boundTo(Login.HERE);
      case FEDERATED -> login.asFamily("family, no UUID").atClient("account", SECOND);
      default -> login;
    };
  }

  private void begin(Login login) {
    store.begin(login.begin(clock), POLICIES.getOrDefault(login.user(), Policies.DEFAULT));
  }

  private RefreshDecision refresh(Login login, long generation) {
    return store.rotate(
        login.refresh(generation, clock),
        POLICIES.getOrDefault(login.user(), Policies.DEFAULT),
        it -> false);
  }

  private RefreshDecision refresh(String user, long generation) {
    return refresh(of(user), generation);
  }

  /** All events that are recorded, each of a user of its own. */
  private void writeAll() {
    String refreshedUsers =
        "refreshed replayed reused family-revoked session-revoked client-session-revoked"
            + " all-revoked offline bound throttled deep";
    List<String> refreshed = new ArrayList<>(List.of(refreshedUsers.split(" ")));
    refreshed.add(FEDERATED);
    refreshed.forEach(user -> begin(of(user)));
    List.of("begun", "elsewhere", "capped").forEach(user -> begin(of(user)));
    clock.advance(Duration.ofSeconds(1));
    refreshed.forEach(user -> refresh(user, 0));
    refresh("adopted", 0);
    clock.advance(Duration.ofSeconds(2));
    refresh("refreshed", 1);
    refresh("replayed", 0);
    refresh("reused", 1);
    refresh("reused", 0);
    refresh(of("elsewhere").from(Login.OTHER_IP), 0);
    refresh("throttled", 1);
    refresh("deep", 1);
    begin(of("capped").asFamily("0d9c1f2e-5a4b-4c3d-8e7f-112233445566"));

    Login any = of("any");
    long now = clock.second();
    ClientSession clientSession = new ClientSession(any.session(), any.client());
    for (RevocationTarget target :
        List.of(
            new Families("family-revoked", List.of(any.family())),
            new Families("revoked-ahead", List.of(any.family())),
            Sessions.of("session-revoked", any.session(), SessionKind.BOTH),
            new ClientSessions("client-session-revoked", List.of(clientSession), List.of()),
            new User("all-revoked"))) {
      store.revoke(new Revocation(target, now, now + Login.RETENTION));
    }
    long end = now + Login.ACCESS_TOKEN_LIFESPAN;
    list.add(Entry.ofAccessToken("onrtrt:6f1b5a0e", Reason.REVOKED, end));
    list.add(Entry.ofSession(any.session(), now, Reason.LOGOUT, end));
    list.add(Entry.ofUser(FEDERATED, now, end));
  }

  /** The frozen file, without comments. */
  private static String frozen(String file) throws IOException {
    Path folder = Path.of("src/test/resources/dev/tokenguard/redis/store");
    return Files.readAllLines(folder.resolve(file)).stream()
        .filter(line -> !line.startsWith("#"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /**
   * All that Redis contains: {@code hash until 4102448400 tg:u:{alice}}, then its fields; {@code
   * text until 4102448400 tg:sid:a1}, then its value. Editors remove a space at the end of a line.
   */
  private static String stored() {
    StringBuilder stored = new StringBuilder();
    for (String key : new TreeSet<>(JEDIS.keys("*"))) {
      boolean isHash = JEDIS.type(key).equals("hash");
      stored.append(
          "%s until %d %s\n".formatted(isHash ? "hash" : "text", JEDIS.expireTime(key), key));
      Stream<String> lines =
          isHash
              ? new TreeMap<>(JEDIS.hgetAll(key))
                  .entrySet().stream().map(it -> it.getKey() + " = " + it.getValue())
              : Stream.of(JEDIS.get(key));
      lines.forEach(line -> stored.append(INDENT).append(line.stripTrailing()).append('\n'));
    }
    return stored.toString();
  }

  private static void restore(String stored) {
    String key = "";
    long until = 0;
    for (String line : stored.lines().toList()) {
      if (!line.startsWith(INDENT)) {
        String[] parts = line.split(" ", 4);
        until = Long.parseLong(parts[2]);
        key = parts[3];
      } else if (key.startsWith("tg:u:")) {
        String[] field = line.strip().split(" =", 2);
        JEDIS.hset(key, field[0], field[1].strip());
        JEDIS.expireAt(key, until);
      } else {
        JEDIS.set(key, line.strip(), SetParams.setParams().exAt(until));
      }
    }
  }

  @Test
  void given_all_events_then_redis_has_what_the_newest_frozen_file_has() throws IOException {
    writeAll();

    // If this fails after a release, do not change that file: raise the version in record.lua, read
    // both versions, and freeze what is written now in a file of its own.
    assertThat(stored()).isEqualTo(frozen(NEWEST));
  }

  /** Two seconds after the last event. */
  private void restoreFormat1() throws IOException {
    clock.advance(Duration.ofSeconds(5));
    restore(frozen("format-1.txt"));
  }

  @ParameterizedTest
  @CsvSource({
    "begun, 0, ROTATED",
    "refreshed, 2, ROTATED",
    "refreshed, 1, REPLAYED",
    "replayed, 0, REPLAYED",
    "refreshed, 0, REUSED",
    "adopted, 1, ROTATED",
    "deep, 0, REPLAYED",
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
      String user, long generation, Outcome outcome) throws IOException {
    restoreFormat1();
    assertThat(refresh(user, generation).outcome()).isEqualTo(outcome);
  }

  @Test
  void given_format_1_then_all_parts_of_a_record_are_read() throws IOException {
    restoreFormat1();
    assertThat(refresh("replayed", 0).issued())
        .contains(new SuccessorToken(1, SECOND + 1, SECOND + 1801, 2, Optional.empty()));
    assertThat(((Reused) refresh("refreshed", 0)).revoked().ids())
        .containsExactly(
            "onrtac:6fcac411-17b1-8be3-937e-ca0df08088ff",
            "onrtrt:6fcac411-17b1-8be3-85a8-accf96af9cd1",
            "onrtrt:6fcac411-17b1-8be3-b476-e87616be896f");
    assertThat(((Throttled) refresh("throttled", 2)).retryAfter())
        .isEqualTo(Duration.ofMillis(55_750));
    assertThat(refresh(of("bound").from(Login.OTHER_IP), 1).outcome())
        .isEqualTo(Outcome.MISMATCHED);
    for (String user : List.of("client-session-revoked", "all-revoked")) {
      Login later = of(user).inSession("a session", SECOND + 4).atClient("a client", SECOND + 4);
      assertThat(refresh(later.asFamily("a family"), 0).issued()).isPresent();
    }
    assertThat(store.find("capped")).extracting(TokenFamily::isRevoked).contains(true, false);
    assertThat(store.find(FEDERATED))
        .containsExactly(
            new TokenFamily(
                "family, no UUID",
                Optional.of(of(FEDERATED).session()),
                Optional.of("account"),
                false,
                1,
                Optional.of(Instant.ofEpochSecond(SECOND)),
                BEGIN.plusSeconds(1),
                false,
                new AccessTokens("family, no UUID", 0, 1, 1, 0, SECOND + 301, "onrtac", "onrtrt"),
                Optional.empty()));
  }

  @Test
  void given_format_1_then_the_entries_of_the_revocation_list_apply() throws IOException {
    restoreFormat1();
    String session = of("any").session();
    assertThat(list.reasonFor("onrtrt:6f1b5a0e")).contains("revoked");
    assertThat(list.find(new TokenIdentity("x", session, "x", SECOND + 3)))
        .contains(new Hit(RevocationScope.SESSION, "logout"));
    assertThat(list.find(new TokenIdentity("x", session, "x", SECOND + 4))).isEmpty();
    assertThat(list.find(new TokenIdentity("x", "x", FEDERATED, SECOND + 2)))
        .contains(new Hit(RevocationScope.USER, ""));
    assertThat(list.find(new TokenIdentity("x", "x", FEDERATED, SECOND + 3))).isEmpty();
  }
}
