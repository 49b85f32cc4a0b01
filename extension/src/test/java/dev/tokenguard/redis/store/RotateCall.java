package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A call of {@code rotate.lua} or {@code begin.lua} by the names of their headers. */
record RotateCall(Map<String, Object> values) {

  static final LuaScript ROTATE = LuaScript.of(Operation.ROTATE, "rotate.lua");
  static final LuaScript BEGIN = LuaScript.of(Operation.BEGIN, "begin.lua");
  static final String KEY = "tg:u:{alice}";
  static final String LINEAGE = "f:fam";
  static final String ACCESS = "a:fam";
  static final String ORIGIN = "i:cli.1";

  /** Far ahead: Redis goes by its own clock here. */
  static final long IAT = 4_000_000_000L;

  private static final Set<String> POLICY =
      Set.of(
          "mode",
          "grace_ms",
          "max_replays",
          "grace_agent",
          "grace_ip",
          "binds_agent",
          "binds_ip",
          "on_mismatch",
          "on_missing",
          "max_rotations",
          "not_after",
          "max_per_minute",
          "max_families");
  private static final Set<String> CLIENT = Set.of("agent", "ip", "attempt", "age_ms", "excused");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The first refresh of a family. */
  static RotateCall plain() {
    Map<String, Object> values = new HashMap<>();
    values.putAll(Map.of("family", "fam", "session", "ses", "client", "cli", "issued_at", IAT));
    values.putAll(Map.of("session_started", 100, "client_session_started", 200));
    values.putAll(Map.of("iat", IAT, "exp", IAT + 1800, "access_exp", IAT + 300));
    values.putAll(Map.of("retain_until", IAT + 3600, "revoked_retain_until", IAT + 7200));
    values.putAll(Map.of("prefix", "onrtrt", "login_prefix", "onrtac"));
    values.putAll(Map.of("mode", "enforce"));
    values.putAll(Map.of("grace_ms", 10_000, "max_replays", 10, "grace_agent", true));
    values.putAll(Map.of("agent", "agent1", "ip", "ip1111", "attempt", "att1"));
    return new RotateCall(values);
  }

  static RotateCall presenting(long generation) {
    return plain().with("generation", generation);
  }

  static RotateCall ofFamily(String name) {
    return plain().with("family", name);
  }

  RotateCall with(String name, Object value) {
    Map<String, Object> more = new HashMap<>(values);
    more.put(name, value);
    return new RotateCall(more);
  }

  RotateCall without(String name) {
    Map<String, Object> fewer = new HashMap<>(values);
    fewer.remove(name);
    return new RotateCall(fewer);
  }

  List<?> rotate() {
    return run(ROTATE);
  }

  /** The first element of the reply. */
  String decision() {
    return (String) rotate().get(0);
  }

  List<?> begin() {
    return run(BEGIN);
  }

  List<?> begin(int maxFamilies) {
    return with("max_families", maxFamilies).run(BEGIN);
  }

  private List<?> run(LuaScript script) {
    Map<String, Object> token = new HashMap<>(values);
    Map<String, Object> policy = new HashMap<>(values);
    Map<String, Object> client = new HashMap<>(values);
    token.keySet().removeIf(name -> POLICY.contains(name) || CLIENT.contains(name));
    policy.keySet().retainAll(POLICY);
    client.keySet().retainAll(CLIENT);
    return (List<?>)
        JEDIS.eval(script.source(), List.of(KEY), List.of(json(token), json(policy), json(client)));
  }

  private static String json(Map<String, Object> values) {
    try {
      return JSON.writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static String[] stored(String field) {
    return JEDIS.hget(KEY, field).split(",", -1);
  }

  /** By the record of a family: made, iat, exp and what is to be added to it. */
  static long retainedUntil(String lineage) {
    String[] parts = stored(lineage);
    long until = Long.parseLong(parts[2]) / 1_000;
    for (String offset : List.of(parts[3], parts[4], parts[5])) {
      until += offset.isEmpty() ? 0 : Long.parseLong(offset);
    }
    return until;
  }
}
