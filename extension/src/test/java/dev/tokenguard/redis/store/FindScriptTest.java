package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.plain;
import static dev.tokenguard.redis.store.RotateCall.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code find.lua} alone. */
final class FindScriptTest {

  private static final LuaScript SCRIPT = LuaScript.of(Operation.FIND, "find.lua");

  @BeforeEach
  void flush() {
    JEDIS.flushAll();
  }

  private static List<?> page(String cursor) {
    return (List<?>) JEDIS.eval(SCRIPT.source(), List.of(KEY), List.of(cursor));
  }

  @Test
  void whenThereIsNothing_thenTheReplyIsEmptyAndNothingIsWritten() {
    assertThat(page("0")).isEqualTo(List.of("0"));
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void whenThereIsAFamily_thenTheReplyHasAllPartsAndNothingIsChanged() {
    plain().with("offline", true).with("parent", "tag").rotate();
    Map<String, String> before = JEDIS.hgetAll(KEY);
    long made = Long.parseLong(stored(RotateCall.LINEAGE)[2]);
    assertThat(page("0").get(1))
        .isEqualTo(
            List.of(
                "fam",
                1L,
                made,
                "",
                "ses",
                "cli",
                "" + made / 1000,
                "1",
                "tag",
                0L,
                1L,
                1L,
                0L,
                IAT + 300,
                "onrtac",
                "onrtrt"));
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenThereAreManyFamilies_thenTheyComePageByPageAndNoneIsLeftOut() {
    int families = 3_000;
    for (int family = 0; family < families; family++) {
      RotateCall.ofFamily("family" + family).rotate();
    }
    Set<Object> found = new HashSet<>();
    String cursor = "0";
    do {
      List<?> page = page(cursor);
      assertThat(page).hasSizeLessThan(2_000);
      page.stream().skip(1).forEach(family -> found.add(((List<?>) family).get(0)));
      cursor = (String) page.get(0);
    } while (!cursor.equals("0"));
    assertThat(found).hasSize(families);
  }
}
