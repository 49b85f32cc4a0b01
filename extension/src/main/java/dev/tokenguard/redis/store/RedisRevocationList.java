package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.Redis.ScriptCall;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationScope;
import java.util.List;
import java.util.Optional;

/**
 * The revocation list in Redis: a key for each entry, which resource servers read and which
 * expires. The keys and values are a contract, see {@code docs/resource-servers.md}.
 */
public final class RedisRevocationList implements RevocationList {

  private static final LuaScript ADD = LuaScript.of(Operation.BLACKLIST_ADD, "blacklist.lua");
  private static final LuaScript RAISE = LuaScript.of(Operation.LATEST_EXPIRY, "latest-expiry.lua");

  private final Redis redis;
  private final RedisKeys keys;

  public RedisRevocationList(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public boolean add(Entry entry) {
    ScriptCall call = callFor(entry);
    return ADD.run(redis, call.key(), call.arguments(), reply -> reply.number(0) == 1);
  }

  @Override
  public void addAll(List<Entry> entries) {
    redis.runAll(ADD.script(), entries.stream().map(this::callFor).toList());
  }

  @Override
  public Optional<String> reasonFor(String accessTokenId) {
    return redis
        .value(Operation.BLACKLIST_FIND, keys.revoked(RevocationScope.ACCESS_TOKEN, accessTokenId))
        .filter(reason -> !accessTokenId.isEmpty());
  }

  @Override
  public Optional<Hit> find(TokenIdentity token) {
    List<String> values =
        redis.values(
            Operation.BLACKLIST_FIND,
            List.of(
                keys.revoked(RevocationScope.ACCESS_TOKEN, token.id()),
                keys.revoked(RevocationScope.SESSION, token.sessionId()),
                keys.revoked(RevocationScope.USER, token.userId())));
    return valueFor(token.id(), values.get(0))
        .map(reason -> new Hit(RevocationScope.ACCESS_TOKEN, reason))
        .or(
            () ->
                valueFor(token.sessionId(), values.get(1))
                    .filter(value -> token.issuedAt() <= secondIn(beforeSpace(value)))
                    .map(value -> new Hit(RevocationScope.SESSION, reasonIn(value))))
        .or(
            () ->
                valueFor(token.userId(), values.get(2))
                    .filter(second -> token.issuedAt() < secondIn(second))
                    .map(second -> new Hit(RevocationScope.USER, "")));
  }

  @Override
  public long raiseLatestExpiry(String realmId, long expiresAt) {
    return RAISE.run(
        redis,
        keys.latestExpiry(realmId),
        List.of(Long.toString(expiresAt)),
        reply -> reply.number(0));
  }

  /** A value that is no number has another writer; the script replaces it as well. */
  @Override
  public long latestExpiry(String realmId) {
    return redis
        .value(Operation.LATEST_EXPIRY, keys.latestExpiry(realmId))
        .map(value -> numberIn(value, 0))
        .orElse(0L);
  }

  /** Ignores a key without an id, which would cover all tokens without the claim. */
  private static Optional<String> valueFor(String id, String value) {
    return id.isEmpty() ? Optional.empty() : Optional.ofNullable(value);
  }

  /** A value that is no number has another writer, and covers all tokens. */
  private static long secondIn(String value) {
    return numberIn(value, Long.MAX_VALUE);
  }

  private static long numberIn(String value, long ifForeign) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException foreign) {
      return ifForeign;
    }
  }

  private static String beforeSpace(String value) {
    int space = value.indexOf(' ');
    return space < 0 ? value : value.substring(0, space);
  }

  private static String reasonIn(String value) {
    return value.substring(value.indexOf(' ') + 1);
  }

  private ScriptCall callFor(Entry entry) {
    String value =
        entry.hasCutoff() ? (entry.cutoff() + " " + entry.reason()).trim() : entry.reason();
    return new ScriptCall(
        keys.revoked(entry.scope(), entry.id()),
        List.of(
            value,
            Long.toString(entry.expiresAt()),
            entry.hasCutoff() ? "larger" : "first",
            Long.toString(entry.minTtl())));
  }
}
