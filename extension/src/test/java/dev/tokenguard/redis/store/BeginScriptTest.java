package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static dev.tokenguard.redis.store.RotateCall.ORIGIN;
import static dev.tokenguard.redis.store.RotateCall.ofFamily;
import static dev.tokenguard.redis.store.RotateCall.plain;
import static dev.tokenguard.redis.store.RotateCall.presenting;
import static dev.tokenguard.redis.store.RotateCall.retainedUntil;
import static dev.tokenguard.redis.store.RotateCall.stored;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code begin.lua} alone: replies, fields, TTLs, and that a login costs little. */
final class BeginScriptTest {

  @BeforeEach
  void flush() {
    JEDIS.flushAll();
  }

  private static List<String> families(List<?> reply) {
    return reply.stream().map(row -> (String) ((List<?>) row).get(0)).toList();
  }

  @Test
  void whenALoginIsRecorded_thenThreeFieldsAreWrittenByTheClockOfRedis() {
    long before = Instant.now().toEpochMilli() - 1;
    assertThat(plain().begin()).isEqualTo(List.of());
    assertThat(JEDIS.hkeys(KEY)).containsExactlyInAnyOrder(LINEAGE, ORIGIN, ACCESS);
    long made = Long.parseLong(stored(LINEAGE)[2]);
    assertThat(made).isBetween(before, Instant.now().toEpochMilli() + 1);
    assertThat(JEDIS.hget(KEY, LINEAGE))
        .isEqualTo("1,," + made + "," + (IAT - made / 1000) + ",1800,1800,,agent1,ip1111");
    assertThat(JEDIS.hget(KEY, ORIGIN)).isEqualTo("ses,fam," + made / 1000);
    long end = IAT + 300 - made / 1000;
    assertThat(JEDIS.hget(KEY, ACCESS)).isEqualTo("," + end + ",-1," + end + ",onrtac");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
    // Again, and with other values: nothing changes.
    Map<String, String> recorded = JEDIS.hgetAll(KEY);
    assertThat(plain().with("session", "other").with("retain_until", IAT + 9_000).begin(1))
        .isEmpty();
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(recorded);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenABoundOfflineLoginWithoutExpIsRecorded_thenItsFieldsShowThat() {
    plain()
        .with("offline", true)
        .without("exp")
        .with("bound_agent", "agent9")
        .with("bound_ip", "ip9999")
        .with("parent", "tag")
        .begin();
    assertThat(stored(ORIGIN)[3]).isEqualTo("1");
    assertThat(stored(LINEAGE)[4]).isEmpty();
    assertThat(stored(ACCESS)).endsWith("agent9", "ip9999");
    assertThat(stored("p:fam")).containsExactly("tag");
    assertThat(retainedUntil(LINEAGE)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenAFamilyIsOneTooMany_thenTheReplyNamesItsAccessTokensAndItIsKeptBriefly() {
    plain().begin();
    plain().rotate();
    ofFamily("second").begin();
    assertThat(ofFamily("third").begin(2))
        .isEqualTo(List.of(List.of("fam", 0L, 1L, 1L, 0L, IAT + 300, "onrtac", "onrtrt")));
    assertThat(stored(LINEAGE)[10]).isEqualTo("capped");
    assertThat(retainedUntil(LINEAGE)).isEqualTo(IAT + 300 + 60);
    assertThat(JEDIS.hget(KEY, "h:cli")).isEqualTo("1,2,4," + IAT);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 7200);
    assertThat(ofFamily("second").decision()).isEqualTo("ROTATED");
    assertThat(presenting(1).decision()).isEqualTo("REVOKED");
  }

  @Test
  void givenARevokedSession_whenALoginIsRecorded_thenItIsRevokedAndNamedEachTime() {
    JEDIS.hset(KEY, "s:ses", "1,100," + IAT);
    ofFamily("elsewhere").with("session", "other").begin();
    List<?> own = List.of(List.of("fam", 0L, 0L, 1L, 0L, IAT + 300, "onrtac", ""));
    assertThat(plain().begin(1)).isEqualTo(own);
    assertThat(stored(LINEAGE)[10]).isEqualTo("revoked");
    assertThat(stored("f:elsewhere")).hasSize(9);
    assertThat(plain().begin(1)).isEqualTo(own);
  }

  @Test
  void givenThousandsOfFamilies_whenALimitIsSet_thenEachLoginRevokesAFewOfTheOldest() {
    for (int family = 0; family < 2_000; family++) {
      ofFamily("family" + family).with("client", family % 2 == 0 ? "cli" : "other").begin();
    }
    List<String> revoked = new ArrayList<>();
    int logins = 0;
    while (revoked.size() < logins + 1_000 - 10) {
      List<?> some = ofFamily("late" + logins++).begin(10);
      assertThat(some).hasSizeBetween(1, 64);
      revoked.addAll(families(some));
    }
    assertThat(logins).isLessThan(20);
    assertThat(revoked.subList(0, 990))
        .isEqualTo(IntStream.range(0, 990).mapToObj(it -> "family" + 2 * it).toList());
  }

  @Test
  void givenALargeLimit_whenLoginsFollow_thenItIsExceededByASixteenthAtMost() {
    int limit = 160;
    List<String> revoked = new ArrayList<>();
    int calls = 0;
    for (int family = 0; family < 1_000; family++) {
      List<?> some = ofFamily("family" + family).begin(limit);
      revoked.addAll(families(some));
      calls += some.isEmpty() ? 0 : 1;
      assertThat(family + 1 - revoked.size()).isLessThanOrEqualTo(limit + limit / 16);
    }
    assertThat(revoked)
        .isEqualTo(IntStream.range(0, revoked.size()).mapToObj(it -> "family" + it).toList());
    assertThat(calls).isLessThanOrEqualTo(1 + (1_000 - limit) / (limit / 16));
  }

  /** The oldest stays active, all after it log in and out: the order must not fill with these. */
  @Test
  void givenManyRevokedFamilies_whenLoginsFollow_thenThoseNeverCountAndTheActiveOnesStay() {
    ofFamily("oldest").begin(3);
    for (int family = 0; family < 500; family++) {
      assertThat(ofFamily("family" + family).with("session", "s" + family).begin(3)).isEmpty();
      JEDIS.hset(KEY, "s:s" + family, "1," + IAT + "," + IAT);
    }
    assertThat(ofFamily("oldest").decision()).isEqualTo("ROTATED");
    ofFamily("x").begin(3);
    ofFamily("y").begin(3);
    assertThat(families(ofFamily("z").begin(3))).containsExactly("oldest");
    // One origin for each family, however often they have closed ranks.
    Set<String> origins =
        JEDIS.hkeys(KEY).stream().filter(it -> it.startsWith("i:")).collect(Collectors.toSet());
    assertThat(origins).hasSize(504);
    assertThat(origins.stream().map(it -> stored(it)[1])).doesNotHaveDuplicates();
  }

  @Test
  void givenFieldsOfANewerVersion_whenOneIsTooMany_thenTheyAreNotRevoked() {
    ofFamily("newer").begin();
    JEDIS.hset(KEY, Map.of("f:newer", "2,9", "a:newer", "2,9"));
    plain().begin();
    assertThat(families(ofFamily("second").begin(1))).containsExactly("fam");
    assertThat(JEDIS.hmget(KEY, "f:newer", "a:newer")).containsExactly("2,9", "2,9");
  }

  @Test
  void givenManyActiveFamilies_whenOthersComeAndGo_thenLittleMoreIsKept() {
    int active = 20;
    for (int family = 0; family < active; family++) {
      ofFamily("lasting" + family).begin();
    }
    long past = Instant.now().getEpochSecond() - 100;
    double kept =
        IntStream.range(0, 500)
            .mapToLong(
                family -> {
                  ofFamily("short" + family).with("retain_until", past).begin();
                  return JEDIS.hkeys(KEY).stream().filter(it -> it.startsWith("f:")).count();
                })
            .average()
            .orElseThrow();
    assertThat(kept).isBetween((double) active, 1.25 * active);
  }
}
