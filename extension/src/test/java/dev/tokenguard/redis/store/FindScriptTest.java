package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code find.lua} alone. */
final class FindScriptTest {

  private static final LuaScript SCRIPT = LuaScript.of(RedisTelemetry.Operation.FIND, "find.lua");

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  /** The first page, without the place where to go on; a small hash has no other. */
  private static List<?> find() {
    List<?> page = page("0");
    assertThat(page.get(0)).isEqualTo("0");
    return page.subList(1, page.size());
  }

  private static List<?> page(String cursor) {
    return (List<?>) JEDIS.eval(SCRIPT.source(), List.of(KEY), List.of(cursor));
  }

  @Test
  void whenThereAreThousandsOfFamilies_thenTheyComeInPagesAndNoneIsMissing() {
    RotateCall.plain().run();
    Map<String, String> one = JEDIS.hgetAll(KEY);
    int families = 3_000;
    for (int number = 0; number < families; number++) {
      String id = "~" + number;
      Map<String, String> fields =
          Map.of(
              "f:" + id, one.get(LINEAGE),
              "a:" + id, one.get(ACCESS),
              "i:cli." + (number + 2), "ses," + id + ",5");
      JEDIS.hset(KEY, fields);
    }
    Set<Object> found = new HashSet<>();
    int pages = 0;
    String cursor = "0";
    do {
      List<?> page = page(cursor);
      cursor = (String) page.get(0);
      page.stream().skip(1).forEach(row -> found.add(((List<?>) row).get(0)));
      pages++;
    } while (!cursor.equals("0"));
    assertThat(pages).isGreaterThan(1);
    assertThat(found).hasSize(families + 1);
  }

  @Test
  void whenThereIsNothing_thenTheReplyIsEmptyAndNothingIsMade() {
    assertThat(find()).isEqualTo(List.of());
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void whenThereIsAFamily_thenAllSixteenPartsOfTheReplyAreThere() {
    RotateCall.plain().with(RotateCall.OFFLINE, 1).with(25, "tag").run();
    long made = Long.parseLong(JEDIS.hget(KEY, LINEAGE).split(",")[2]);
    assertThat(find())
        .isEqualTo(
            List.of(
                List.of(
                    "fam",
                    1L,
                    made,
                    "",
                    "ses",
                    "cli",
                    Long.toString(made / 1000),
                    "1",
                    "tag",
                    0L,
                    1L,
                    1L,
                    0L,
                    IAT + 300,
                    "onrtac",
                    "onrtrt")));
  }

  @Test
  void whenItIsAskedFor_thenNothingHasChanged() {
    RotateCall.plain().run();
    JEDIS.hset(KEY, "s:ses", "1,0," + IAT);
    Map<String, String> before = JEDIS.hgetAll(KEY);
    assertThat(find()).hasSize(1);
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenThereAreManyFamilies_thenTheyComePageByPageAndNoneIsLeftOut() {
    Set<String> expected = new HashSet<>();
    for (int family = 0; family < 3_000; family++) {
      RotateCall.plain().ofFamily("family" + family).run();
      expected.add("family" + family);
    }
    Set<Object> found = new HashSet<>();
    String from = "0";
    do {
      List<?> page = page(from);
      page.stream().skip(1).forEach(family -> found.add(((List<?>) family).get(0)));
      assertThat(page).hasSizeLessThan(2_000);
      from = (String) page.get(0);
    } while (!from.equals("0"));
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSo() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(FindScriptTest::find)
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
  }

  @Test
  void whenARecordIsOfAnUnknownFormat_thenItSaysSo() {
    RotateCall.plain().run();
    JEDIS.hset(KEY, "f:other", "2,whatever");
    assertThatThrownBy(FindScriptTest::find)
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("FORMAT");
  }
}
