package dev.tokenguard.redis.store;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A call of {@code rotate.lua} by the positions of its header, not by way of the store.
 *
 * @param arguments what differs from a plain first refresh, by position
 */
record RotateCall(Map<Integer, String> arguments) {

  static final LuaScript SCRIPT = LuaScript.of(RedisTelemetry.Operation.ROTATE, "rotate.lua");
  static final String KEY = "tg:u:{alice}";
  static final String LINEAGE = "f:fam";
  static final String ORIGIN = "i:cli.1";
  static final String ACCESS = "a:fam";

  static final int SESSION_MARK = 3;
  static final int SESSION = 10;
  static final int OFFLINE = 13;
  static final int BOUND_AGENT = 23;
  static final int BOUND_IP = 24;
  static final int ON_MISSING = 41;
  static final int MODE = 42;
  static final int PRESENTED = 9;
  static final int CHILD_IAT = 14;
  static final int CHILD_EXP = 15;
  static final int REMEMBER_UNTIL = 16;
  static final int ACCESS_EXP = 18;
  static final int ISSUED_AT = 29;
  static final int GRACE = 31;
  static final int EXCUSED = 43;
  private static final int TOKEN_POSITIONS = 26;

  /** Far ahead: Redis goes by its own clock here. */
  static final long IAT = 4_000_000_000L;

  static RotateCall plain() {
    return new RotateCall(Map.of());
  }

  static RotateCall presenting(long generation) {
    return plain().with(PRESENTED, generation);
  }

  RotateCall with(int position, Object value) {
    Map<Integer, String> more = new TreeMap<>(arguments);
    more.put(position, value.toString());
    return new RotateCall(more);
  }

  /** At another client. */
  RotateCall atClient(String name) {
    return with(5, "k:" + name).with(7, "h:" + name).with(8, "i:" + name + ".");
  }

  /** Of the family of another name. */
  RotateCall ofFamily(String name) {
    return with(1, "f:" + name).with(2, "a:" + name);
  }

  List<?> run() {
    return (List<?>) TestRedis.JEDIS.eval(SCRIPT.source(), List.of(KEY), positions());
  }

  /** As a call of a script that is told the same of the token, and this of its policy. */
  List<?> runAs(LuaScript script, List<String> policy) {
    List<String> positions = new ArrayList<>(positions().subList(0, TOKEN_POSITIONS));
    positions.addAll(policy);
    return (List<?>) TestRedis.JEDIS.eval(script.source(), List.of(KEY), positions);
  }

  /** By the record of a family: made, iat, exp and what is to be added to it. */
  static long rememberedUntil(String lineage) {
    String[] parts = TestRedis.JEDIS.hget(KEY, lineage).split(",");
    long until = Long.parseLong(parts[2]) / 1_000;
    for (String offset : List.of(parts[3], parts[4], parts[5])) {
      until += offset.isEmpty() ? 0 : Long.parseLong(offset);
    }
    return until;
  }

  private List<String> positions() {
    List<String> positions =
        new ArrayList<>(
            List.of(
                LINEAGE,
                ACCESS,
                "s:ses",
                "c:ses.cli",
                "k:cli",
                "u",
                "h:cli",
                "i:cli.",
                "0",
                "ses",
                "100",
                "200",
                "0",
                text(IAT),
                text(IAT + 1800),
                text(IAT + 3600),
                text(IAT + 7200),
                text(IAT + 300),
                "onrtrt",
                "onrtac",
                "agent1",
                "ip1111",
                "",
                "",
                "",
                "att1",
                "0",
                "0",
                text(IAT),
                "1",
                "10000",
                "10",
                "1",
                "0",
                "0",
                "0",
                "0",
                "0",
                "0",
                "deny",
                "adopt",
                "enforce",
                "-"));
    arguments.forEach((position, value) -> positions.set(position - 1, value));
    return positions;
  }

  private static String text(long number) {
    return Long.toString(number);
  }
}
