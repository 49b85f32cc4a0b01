package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.contract.FamilyStoreContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on a real Redis, and what the scripts leave in the hash of a user. */
final class RedisFamilyStoreTest extends FamilyStoreContract {

  private static final String KEY = "tg:u:{alice}";
  private static final RevocationTarget USER = new User("alice");
  private static final RevocationTarget FAMILY = new Families("alice", List.of("fam"));

  /** The targets by the fields of their marks. */
  private static final Map<String, RevocationTarget> MARKS =
      Map.of(
          "s:~ses",
          Sessions.of("alice", "ses", SessionKind.ONLINE),
          "c:~ses.~cli",
          new ClientSessions("alice", List.of(new ClientSession("ses", "cli")), List.of()),
          "k:~cli",
          new Client("alice", "cli", List.of()),
          "u",
          USER);

  private TestClock clock = TestClock.started();
  private Login login = Login.at(clock).ofUser("alice").asFamily("fam").atClient("cli", 0);
  private FamilyStore store = open(clock);

  @Override
  protected FamilyStore open(TestClock clock) {
    return TestRedis.emptyStore(clock);
  }

  private long inSeconds(long seconds) {
    return clock.second() + seconds;
  }

  private List<String> logIn(RotationRequest login, int limit) {
    RotationPolicy policy = Policies.with("max-families-per-user-and-client", limit);
    return store.begin(login, policy).stream().map(AccessTokens::family).toList();
  }

  private List<String> logIn(String family, int limit) {
    return logIn(login.asFamily(family).begin(clock), limit);
  }

  private boolean refresh(RotationRequest request) {
    return store.rotate(request, Policies.DEFAULT, it -> false).issued().isPresent();
  }

  private void revoke(RevocationTarget target, long until) {
    store.revoke(new Revocation(target, clock.second(), until));
  }

  @Test
  void given_records_and_revocations_then_the_key_expires_with_the_last_of_them() {
    RotationRequest first = login.refresh(0, clock);
    refresh(Login.retained(first, inSeconds(500), inSeconds(900)));
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(500));
    refresh(Login.retained(login.refresh(1, clock), inSeconds(600), 0));
    refresh(Login.retained(login.refresh(2, clock), inSeconds(100), 0));
    refresh(Login.retained(login.asFamily("2").refresh(0, clock), inSeconds(200), 0));
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(600));
    clock.advance(Duration.ofSeconds(599));
    assertThat(store.find("alice")).extracting(TokenFamily::id).containsExactly("fam");
    // A reuse.
    refresh(Login.retained(first, inSeconds(500), inSeconds(900)));
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(900));
    revoke(FAMILY, inSeconds(1_000));
    revoke(FAMILY, inSeconds(950));
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(1_000));
    assertThat(JEDIS.hget(KEY, "f:~fam")).endsWith(",reused");
    clock.advance(Duration.ofSeconds(960));
    assertThat(store.find("alice")).extracting(TokenFamily::id).containsExactly("fam");
    revoke(USER, inSeconds(1_200));
    revoke(USER, inSeconds(1_100));
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(1_200));
    assertThat(JEDIS.hget(KEY, "u")).isEqualTo("1," + clock.second() + "," + inSeconds(1_200));
    // A login that is covered by the cut-off of the user.
    RotationRequest covered = login.asFamily("3").begin(clock);
    assertThat(logIn(Login.retained(covered, inSeconds(5), inSeconds(1_300)), 0)).hasSize(1);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(1_300));
  }

  /** The record of the oldest expires with its access tokens, and the watermark replaces it. */
  @Test
  void given_one_too_many_then_the_key_is_kept_as_long_as_a_revoked_family() {
    logIn(Login.retained(login.begin(clock), inSeconds(500), inSeconds(900)), 1);
    RotationRequest second = login.asFamily("second").begin(clock);
    assertThat(logIn(Login.retained(second, inSeconds(500), inSeconds(900)), 1))
        .containsExactly("fam");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(900));
    assertThat(JEDIS.hget(KEY, "f:~fam")).endsWith(",capped");
    clock.advance(Duration.ofSeconds(500));
    assertThat(logIn("third", 1)).containsExactly("second");
  }

  /** Up to 2^53 the numbers of Lua have no gaps, but it writes large ones without all digits. */
  @Test
  void given_times_as_large_as_they_can_be_then_they_stay_exact() {
    clock = TestClock.startedAt(Instant.ofEpochMilli(8_999_999_999_999_250L));
    login = Login.at(clock).ofUser("alice");
    store = open(clock);
    logIn(login.begin(clock), 0);
    assertThat(refresh(login.refresh(0, clock))).isTrue();
    assertThat(store.find("alice"))
        .singleElement()
        .returns(clock.instant(), TokenFamily::refreshed)
        .extracting(TokenFamily::accessTokens)
        .returns(inSeconds(300), AccessTokens::expiresAt);
    revoke(USER, inSeconds(Login.RETENTION));
    assertThat(JEDIS.hget(KEY, "u"))
        .isEqualTo("1," + clock.second() + "," + inSeconds(Login.RETENTION));
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(inSeconds(Login.RETENTION));
  }

  @Test
  void given_many_refreshes_then_the_hash_does_not_grow() {
    for (long generation = 0; generation < 100; generation++) {
      assertThat(refresh(login.refresh(generation, clock))).isTrue();
    }
    assertThat(JEDIS.hkeys(KEY)).containsExactlyInAnyOrder("f:~fam", "a:~fam", "i:~cli.1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void given_expired_fields_then_they_are_deleted_as_families_begin(boolean isLogin) {
    logIn("lasting", 0);
    List<String> expired = List.of("s:old", "c:old.cli", "o:old", "k:old", "x:old");
    expired.forEach(field -> JEDIS.hset(KEY, field, "1,0," + inSeconds(-1)));
    JEDIS.hset(KEY, "s:lasting", "1,0," + inSeconds(100_000));
    // Revoked before its login was recorded: it is not in the order of a client.
    revoke(new Families("alice", List.of("unused")), inSeconds(5));
    for (int family = 0; family < 500; family++) {
      Login one = login.asFamily("short " + family);
      RotationRequest request = isLogin ? one.begin(clock) : one.refresh(0, clock);
      request = Login.exchangedFor(Login.retained(request, inSeconds(5), 0), "tag");
      if (isLogin) {
        logIn(request, 0);
      } else {
        refresh(request);
      }
      clock.advance(Duration.ofSeconds(6));
    }
    assertThat(JEDIS.hlen(KEY)).isLessThan(100);
    assertThat(JEDIS.hmget(KEY, "f:~lasting", "i:~cli.1", "a:~lasting", "s:lasting"))
        .doesNotContainNull();
    assertThat(JEDIS.hmget(KEY, expired.toArray(String[]::new))).containsOnlyNulls();
    assertThat(JEDIS.hmget(KEY, "f:~unused", "a:~unused")).containsOnlyNulls();
  }

  @Test
  void given_fields_of_a_newer_version_then_they_stay() {
    logIn("newer", 0);
    Map<String, String> newer = new HashMap<>(Map.of("q", ""));
    for (String field :
        "f:~newer=2,9 a:~newer=2,9 f:odd=2; s:new=2,0,1 c:new=v z:new=1,0,1".split(" ")) {
      newer.put(field.split("=")[0], field.split("=")[1]);
    }
    JEDIS.hset(KEY, newer);
    logIn("first", 1);
    assertThat(logIn("second", 1)).containsExactly("first");
    assertThat(JEDIS.hget(KEY, "i:~cli.2")).as("its number is still in use").contains("~newer");
    clock.advance(Duration.ofSeconds(1));
    for (int family = 0; family < 100; family++) {
      assertThat(refresh(login.asFamily("family " + family).refresh(0, clock))).isTrue();
    }
    assertThat(JEDIS.hgetAll(KEY)).containsAllEntriesOf(newer);
  }

  @Test
  void given_a_large_limit_then_it_is_exceeded_by_a_sixteenth_at_most() {
    int limit = 160;
    List<String> revoked = new ArrayList<>();
    int calls = 0;
    for (int family = 0; family < 500; family++) {
      calls += revoked.addAll(logIn("family " + family, limit)) ? 1 : 0;
      assertThat(family + 1 - revoked.size()).isLessThanOrEqualTo(limit + limit / 16);
    }
    assertThat(revoked)
        .isEqualTo(IntStream.range(0, revoked.size()).mapToObj(it -> "family " + it).toList());
    assertThat(calls).isLessThanOrEqualTo(1 + (500 - limit) / (limit / 16));
  }

  /** The oldest stays active, all after it log in and out: the order must not fill with these. */
  @Test
  void given_many_revoked_families_then_they_do_not_count_and_the_active_ones_stay() {
    logIn("oldest", 3);
    for (int family = 0; family < 200; family++) {
      Login one = login.asFamily("family " + family).inSession("session " + family, clock.second());
      assertThat(logIn(one.begin(clock), 3)).isEmpty();
      revoke(Sessions.of("alice", one.session(), SessionKind.BOTH), inSeconds(Login.RETENTION));
      if (family % 10 == 0) {
        JEDIS.hdel(KEY, "f:~family%20" + family, "a:~family%20" + family);
      }
    }
    assertThat(logIn("x", 3)).isEmpty();
    assertThat(logIn("y", 3)).isEmpty();
    assertThat(logIn("z", 3)).containsExactly("oldest");
    List<String> origins =
        JEDIS.hgetAll(KEY).entrySet().stream()
            .filter(it -> it.getKey().startsWith("i:"))
            .map(it -> it.getValue().split(",")[1])
            .toList();
    assertThat(origins).hasSizeBetween(184, 204).doesNotHaveDuplicates();
  }

  interface Call {
    void on(RedisFamilyStoreTest test);
  }

  static List<Call> calls() {
    return List.of(
        it -> it.refresh(it.login.refresh(0, it.clock)),
        it -> it.logIn("fam", 1),
        it -> it.store.find("alice"),
        it -> it.revoke(FAMILY, it.inSeconds(100)));
  }

  private void assertUnavailable(String error, Call call) {
    assertThatThrownBy(() -> call.on(this))
        .isInstanceOf(StoreUnavailableException.class)
        .cause()
        .hasMessageStartingWith(error);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void given_a_key_of_another_type_then_the_store_is_unavailable_and_the_key_stays(Call call) {
    JEDIS.set(KEY, "mine");
    assertUnavailable("WRONGTYPE", call);
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }

  @ParameterizedTest
  @MethodSource("calls")
  void given_a_record_of_an_unknown_format_then_the_store_is_unavailable_and_it_stays(Call call) {
    logIn("fam", 0);
    String lineage = JEDIS.hget(KEY, "f:~fam");
    for (String strange : List.of("2" + lineage.substring(1), "", "1", "1,2,3", "what", lineage)) {
      JEDIS.hset(KEY, "f:~fam", strange);
      if (strange.equals(lineage)) {
        JEDIS.hdel(KEY, "a:~fam");
      }
      Map<String, String> before = JEDIS.hgetAll(KEY);
      assertUnavailable("FORMAT", call);
      assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"s:~ses", "c:~ses.~cli", "k:~cli", "u"})
  void given_a_mark_of_an_unknown_format_then_the_store_is_unavailable_and_it_stays(String mark) {
    Login one = login.inSession("ses", clock.second());
    logIn(one.begin(clock), 0);
    JEDIS.hset(KEY, mark, "2,9,9");
    Map<String, String> before = JEDIS.hgetAll(KEY);
    for (Call call :
        List.<Call>of(
            it -> it.refresh(one.refresh(0, it.clock)),
            it -> it.logIn(one.asFamily("another").begin(it.clock), 1),
            it -> it.store.find("alice"),
            it -> it.revoke(MARKS.get(mark), it.inSeconds(9)))) {
      assertUnavailable("FORMAT", call);
      assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    }
  }

  @Test
  void
      given_a_record_of_an_unknown_format_when_families_are_listed_then_the_store_is_unavailable() {
    JEDIS.hset(KEY, "f:~fam", "2,9,9");
    Revocation ofUser = new Revocation(MARKS.get("u"), clock.second(), inSeconds(9));
    assertUnavailable("FORMAT", it -> it.store.revokeAndFind(ofUser));
  }

  @Test
  void given_another_record_of_an_unknown_format_then_the_store_is_unavailable() {
    JEDIS.hset(KEY, Map.of("h:~cli", "2,9,9", "x:tag", "2,9,9"));
    assertUnavailable("FORMAT", it -> it.refresh(it.login.refresh(0, it.clock)));
    assertUnavailable("FORMAT", it -> it.store.recordExchange("alice", "tag", "onrtte", 1));
    assertUnavailable("FORMAT", it -> it.store.exchanged("alice", "tag"));
    assertThat(JEDIS.hgetAll(KEY)).hasSize(2).containsValues("2,9,9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gone.lua", "including-a-missing-file.lua"})
  void given_a_script_or_an_included_file_that_is_missing_then_the_start_fails(String file) {
    assertThatThrownBy(() -> LuaScript.of(Operation.ROTATE, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the JAR lacks the script gone.lua; build it again");
  }
}
