package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.redis.store.LuaScript.Reply;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Lineage;
import dev.tokenguard.revocation.IncidentLog.Incident.Origin;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The incidents in Redis: one stream for each realm, readable by {@code XREVRANGE
 * tg:incidents:{realm} + -}. Entries consist of names and values, so a newer version can add some.
 * The key expires with the last incident.
 */
public final class RedisIncidentLog implements IncidentLog {

  private static final LuaScript REPORT = LuaScript.of(Operation.INCIDENT_ADD, "report.lua");
  private static final LuaScript FIND = LuaScript.of(Operation.INCIDENT_FIND, "incidents.lua");

  private static final String TYPE = "type";
  private static final String USER = "user";
  private static final String CLIENT = "client";
  private static final String SESSION = "session";
  private static final String IP = "ip";
  private static final String REASON = "reason";
  private static final String FAMILY = "family";
  private static final String PRESENTED = "presented";
  private static final String NEWEST = "newest";

  private final Redis redis;
  private final RedisKeys keys;

  public RedisIncidentLog(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public void add(String realmId, Incident incident) {
    List<String> parts = new ArrayList<>();
    partsOf(incident)
        .forEach(
            (name, value) -> {
              parts.add(name);
              parts.add(value);
            });
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(KEPT));
    arguments.add(Long.toString(KEPT_FOR.toSeconds()));
    arguments.add(Integer.toString(parts.size()));
    arguments.addAll(parts);
    REPORT.run(redis, keys.incidents(realmId), arguments, Function.identity());
  }

  @Override
  public List<Recorded> newest(String realmId, Optional<Type> type, int first, int max) {
    List<String> arguments =
        List.of(
            type.map(Type::id).orElse(""),
            Integer.toString(first),
            Integer.toString(max),
            Long.toString(KEPT_FOR.toSeconds()));
    return FIND.run(
        redis,
        keys.incidents(realmId),
        arguments,
        reply -> reply.rowsFrom(0).flatMap(row -> recorded(row).stream()).toList());
  }

  private static Map<String, String> partsOf(Incident incident) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put(TYPE, incident.type().id());
    parts.put(USER, incident.origin().userId());
    parts.put(CLIENT, incident.origin().clientId());
    parts.put(SESSION, incident.origin().sessionId());
    parts.put(IP, incident.origin().ip());
    parts.put(REASON, incident.reason());
    incident
        .lineage()
        .ifPresent(
            lineage -> {
              parts.put(FAMILY, lineage.family());
              parts.put(PRESENTED, Long.toString(lineage.presented()));
              lineage.newest().ifPresent(newest -> parts.put(NEWEST, Long.toString(newest)));
            });
    return parts;
  }

  /** Empty for a type that only a newer version has. */
  private static Optional<Recorded> recorded(Reply row) {
    Map<String, String> parts = new LinkedHashMap<>();
    for (int index = 1; index + 1 < row.values().size(); index += 2) {
      parts.put(row.text(index), row.text(index + 1));
    }
    return Type.of(parts.getOrDefault(TYPE, ""))
        .map(
            type ->
                new Recorded(
                    Instant.ofEpochMilli(row.number(0)),
                    new Incident(
                        type, originIn(parts), lineageIn(parts), parts.getOrDefault(REASON, ""))));
  }

  private static Origin originIn(Map<String, String> parts) {
    return new Origin(
        parts.getOrDefault(USER, ""),
        parts.getOrDefault(CLIENT, ""),
        parts.getOrDefault(SESSION, ""),
        parts.getOrDefault(IP, ""));
  }

  private static Optional<Lineage> lineageIn(Map<String, String> parts) {
    return Optional.ofNullable(parts.get(FAMILY))
        .map(
            family ->
                new Lineage(
                    family,
                    Long.parseLong(parts.getOrDefault(PRESENTED, "0")),
                    Stream.ofNullable(parts.get(NEWEST)).mapToLong(Long::parseLong).findFirst()));
  }
}
