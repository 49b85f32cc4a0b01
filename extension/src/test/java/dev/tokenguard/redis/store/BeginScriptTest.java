package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS;
import static dev.tokenguard.redis.store.RotateCall.BOUND_AGENT;
import static dev.tokenguard.redis.store.RotateCall.BOUND_IP;
import static dev.tokenguard.redis.store.RotateCall.CHILD_EXP;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static dev.tokenguard.redis.store.RotateCall.OFFLINE;
import static dev.tokenguard.redis.store.RotateCall.ORIGIN;
import static dev.tokenguard.redis.store.RotateCall.REMEMBER_UNTIL;
import static dev.tokenguard.redis.store.RotateCall.SESSION;
import static dev.tokenguard.redis.store.RotateCall.SESSION_MARK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code begin.lua} alone: what it returns and what it leaves behind. */
final class BeginScriptTest {

  private static final LuaScript SCRIPT = LuaScript.of(RedisTelemetry.Operation.BEGIN, "begin.lua");

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  private static List<?> begin(RotateCall token) {
    return begin(token, 0, false);
  }

  /** The two scripts are told the same of a token. */
  private static List<?> begin(RotateCall token, int limit, boolean observeOnly) {
    return token.runAs(SCRIPT, List.of(Integer.toString(limit), observeOnly ? "1" : "0"));
  }

  private static String[] stored(String field) {
    return JEDIS.hget(KEY, field).split(",", -1);
  }

  @Test
  void whenALoginIsTold_thenThreeFieldsAreLeftByTheClockOfRedis() {
    long before = Instant.now().toEpochMilli() - 1;
    assertThat(begin(RotateCall.plain())).isEqualTo(List.of());
    assertThat(JEDIS.hkeys(KEY)).containsExactlyInAnyOrder(LINEAGE, ORIGIN, ACCESS);
    String[] lineage = stored(LINEAGE);
    long made = Long.parseLong(lineage[2]);
    assertThat(made).isBetween(before, Instant.now().toEpochMilli() + 1);
    assertThat(lineage)
        .containsExactly(
            "1", "", lineage[2], "" + (IAT - made / 1000), "1800", "1800", "", "agent1", "ip1111");
    assertThat(stored(ORIGIN)).containsExactly("ses", "fam", "" + made / 1000);
    String end = Long.toString(IAT + 300 - made / 1000);
    assertThat(stored(ACCESS)).containsExactly("", end, "-1", end, "onrtac");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenAnOfflineLoginWithoutExpIsTold_thenThatIsLeft() {
    begin(
        RotateCall.plain()
            .with(OFFLINE, 1)
            .with(CHILD_EXP, 0)
            .with(BOUND_AGENT, "agent9")
            .with(BOUND_IP, "ip9999"));
    assertThat(stored(ORIGIN)[3]).isEqualTo("1");
    assertThat(stored(LINEAGE)[4]).isEmpty();
    assertThat(stored(ACCESS)).endsWith("agent9", "ip9999");
    assertThat(RotateCall.rememberedUntil(LINEAGE)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenTheFamilyGoesOn_thenItTakesOneStepFromThere() {
    begin(RotateCall.plain());
    assertThat(RotateCall.plain().run().subList(0, 2)).isEqualTo(List.of("ROTATED", 1L));
    assertThat(stored(ACCESS)).startsWith("1").endsWith("onrtac", "onrtrt");
  }

  @Test
  void whenItIsToldAgain_thenNothingHasChanged() {
    begin(RotateCall.plain());
    RotateCall.plain().run();
    Map<String, String> before = JEDIS.hgetAll(KEY);
    assertThat(
            begin(
                RotateCall.plain().with(SESSION, "other").with(REMEMBER_UNTIL, IAT + 9_000),
                1,
                false))
        .isEqualTo(List.of());
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenOneIsTooMany_thenTheReplyTellsItsAccessTokens() {
    begin(RotateCall.plain());
    RotateCall.plain().run();
    begin(RotateCall.plain().ofFamily("second"));
    List<?> reply = begin(RotateCall.plain().ofFamily("third"), 2, false);
    assertThat(reply)
        .isEqualTo(List.of(List.of("fam", 0L, 1L, 1L, 0L, IAT + 300, "onrtac", "onrtrt")));
    assertThat(stored(LINEAGE)[10]).isEqualTo("capped");
    assertThat(RotateCall.rememberedUntil(LINEAGE)).isEqualTo(IAT + 300 + 60);
    assertThat(stored("h:cli")).containsExactly("1", "2", "4", "" + IAT);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 7200);
    assertThat(stored("f:second")).hasSize(9);
    assertThat(RotateCall.plain().ofFamily("second").run().get(0)).isEqualTo("ROTATED");
    assertThat(RotateCall.presenting(1).run().get(0)).isEqualTo("REVOKED");
  }

  @Test
  void whenThePolicyOnlyObserves_thenNoneEnds() {
    for (String name : List.of("a", "b", "c")) {
      assertThat(begin(RotateCall.plain().ofFamily(name), 1, true)).isEqualTo(List.of());
    }
    assertThat(JEDIS.hlen(KEY)).isEqualTo(9 + 1);
  }

  @Test
  void givenARevokedSession_whenALoginIsTold_thenItIsDeadAndNamed() {
    JEDIS.hset(KEY, "s:ses", "1,100," + IAT);
    begin(
        RotateCall.plain()
            .ofFamily("elsewhere")
            .with(SESSION_MARK, "s:other")
            .with(SESSION, "other"));
    List<?> dead = List.of(List.of("fam", 0L, 0L, 1L, 0L, IAT + 300, "onrtac", ""));
    assertThat(begin(RotateCall.plain(), 1, false)).isEqualTo(dead);
    assertThat(stored(LINEAGE)[10]).isEqualTo("revoked");
    assertThat(stored("f:elsewhere")).hasSize(9);
    assertThat(begin(RotateCall.plain(), 1, false)).isEqualTo(dead);
  }

  private static List<String> families(List<?> reply) {
    return reply.stream().map(row -> (String) ((List<?>) row).get(0)).toList();
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(it -> "family" + it).toList();
  }

  @Test
  void givenThousandsOfFamilies_whenALimitIsSet_thenEachLoginRevokesAFewOfTheOldest() {
    for (int family = 0; family < 2_000; family++) {
      RotateCall one = RotateCall.plain().ofFamily("family" + family);
      begin(family % 2 == 0 ? one : one.atClient("other"));
    }
    List<String> revoked = new ArrayList<>();
    int logins = 0;
    while (revoked.size() < logins + 1_000 - 10) {
      List<?> some = begin(RotateCall.plain().ofFamily("late" + logins++), 10, false);
      assertThat(some).hasSizeBetween(1, 64);
      revoked.addAll(families(some));
    }
    assertThat(logins).isLessThan(20);
    assertThat(revoked.subList(0, 990))
        .isEqualTo(IntStream.range(0, 990).mapToObj(it -> "family" + 2 * it).toList());
  }

  @Test
  void givenALargeLimit_whenLoginsGoOn_thenItIsExceededByASixteenthAtMost() {
    int limit = 160;
    List<String> revoked = new ArrayList<>();
    int calls = 0;
    for (int family = 0; family < 1_000; family++) {
      List<?> some = begin(RotateCall.plain().ofFamily("family" + family), limit, false);
      revoked.addAll(families(some));
      calls += some.isEmpty() ? 0 : 1;
      assertThat(family + 1 - revoked.size()).isLessThanOrEqualTo(limit + limit / 16);
    }
    assertThat(revoked).isEqualTo(names(0, revoked.size()));
    assertThat(calls).isLessThanOrEqualTo(1 + (1_000 - limit) / (limit / 16));
  }

  /** The oldest stays active, all after it log in and out: the order must not fill with these. */
  @Test
  void givenManyRevokedFamilies_whenLoginsGoOn_thenThoseNeverCountAndTheActiveOnesStay() {
    begin(RotateCall.plain().ofFamily("oldest"), 3, false);
    for (int family = 0; family < 500; family++) {
      String session = "s:" + family;
      RotateCall one =
          RotateCall.plain()
              .ofFamily("family" + family)
              .with(SESSION, family)
              .with(SESSION_MARK, session);
      assertThat(begin(one, 3, false)).isEmpty();
      JEDIS.hset(KEY, session, "1," + IAT + "," + IAT);
    }
    assertThat(RotateCall.plain().ofFamily("oldest").run().get(0)).isEqualTo("ROTATED");
    begin(RotateCall.plain().ofFamily("x"), 3, false);
    begin(RotateCall.plain().ofFamily("y"), 3, false);
    assertThat(families(begin(RotateCall.plain().ofFamily("z"), 3, false)))
        .containsExactly("oldest");
    // One origin for each family, however often they have closed ranks.
    Set<String> origins =
        JEDIS.hkeys(KEY).stream().filter(it -> it.startsWith("i:")).collect(Collectors.toSet());
    assertThat(origins).hasSize(504);
    assertThat(origins.stream().map(it -> JEDIS.hget(KEY, it).split(",")[1]))
        .doesNotHaveDuplicates();
  }

  @Test
  void givenFieldsOfANewerVersion_whenOneIsTooMany_thenTheyAreNotRevoked() {
    begin(RotateCall.plain().ofFamily("newer"));
    JEDIS.hset(KEY, Map.of("f:newer", "2,9", "a:newer", "2,9"));
    begin(RotateCall.plain());
    assertThat(families(begin(RotateCall.plain().ofFamily("second"), 1, false)))
        .containsExactly("fam");
    assertThat(JEDIS.hmget(KEY, "f:newer", "a:newer")).containsExactly("2,9", "2,9");
  }

  @Test
  void whenNobodyCanUseAFamilyAnyMore_thenItIsDroppedAsOthersLogIn() {
    long past = Instant.now().getEpochSecond() - 100;
    begin(RotateCall.plain().ofFamily("lasting"));
    for (int family = 0; family < 1_000; family++) {
      begin(RotateCall.plain().ofFamily("short" + family).with(REMEMBER_UNTIL, past), 2, false);
    }
    assertThat(JEDIS.hlen(KEY)).isLessThan(200);
    assertThat(stored("f:lasting")).hasSize(9);
  }

  @Test
  void givenManyFamiliesAlive_whenOthersComeAndGo_thenLittleMoreIsKeptThanWhatIsAlive() {
    int alive = 20;
    for (int family = 0; family < alive; family++) {
      begin(RotateCall.plain().ofFamily("lasting" + family));
    }
    long past = Instant.now().getEpochSecond() - 100;
    double kept =
        IntStream.range(0, 500)
            .mapToLong(
                family -> {
                  begin(RotateCall.plain().ofFamily("short" + family).with(REMEMBER_UNTIL, past));
                  return JEDIS.hkeys(KEY).stream().filter(it -> it.startsWith("f:")).count();
                })
            .average()
            .orElseThrow();
    assertThat(kept).isBetween((double) alive, 1.25 * alive);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSoAndLeavesItAlone() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> begin(RotateCall.plain()))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }

  @Test
  void whenTheRecordIsOfAnUnknownFormat_thenItSaysSoAndLeavesItAlone() {
    Map<String, String> newer = Map.of(LINEAGE, "2,9", ACCESS, "2");
    JEDIS.hset(KEY, newer);
    assertThatThrownBy(() -> begin(RotateCall.plain()))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("FORMAT");
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(newer);
  }
}
