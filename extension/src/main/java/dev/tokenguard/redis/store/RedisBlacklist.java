package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.Redis.ScriptCall;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.revocation.Blacklist;
import dev.tokenguard.revocation.BlacklistEntry;
import dev.tokenguard.revocation.BlacklistEntry.OfAccessToken;
import dev.tokenguard.revocation.BlacklistEntry.OfSession;
import dev.tokenguard.revocation.BlacklistEntry.OfUser;
import dev.tokenguard.revocation.RevocationScope;
import java.util.List;
import java.util.Optional;

/**
 * The blacklist in Redis: a key for each entry, so that resource servers can read it and Redis
 * drops what has expired. The keys are a contract, see {@code docs/resource-servers.md}.
 */
public final class RedisBlacklist implements Blacklist {

  private static final LuaScript ADD = LuaScript.alone(Operation.BLACKLIST_ADD, "blacklist.lua");

  private final Redis redis;
  private final RedisKeys keys;

  public RedisBlacklist(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public boolean add(BlacklistEntry entry) {
    ScriptCall call = callFor(entry);
    return redis.run(ADD, call.key(), call.arguments(), Long.valueOf(1)::equals);
  }

  @Override
  public void addAll(List<? extends BlacklistEntry> entries) {
    redis.runAll(ADD, entries.stream().map(this::callFor).toList());
  }

  @Override
  public Optional<String> reasonFor(String accessTokenId) {
    return redis
        .value(Operation.BLACKLIST_FIND, keys.revokedAccessToken(accessTokenId))
        .filter(reason -> !accessTokenId.isEmpty());
  }

  @Override
  public Optional<Hit> find(TokenIdentity token) {
    List<String> values =
        redis.values(
            Operation.BLACKLIST_FIND,
            List.of(
                keys.revokedAccessToken(token.id()),
                keys.revokedSession(token.sessionId()),
                keys.revokedUser(token.userId())));
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

  /** A key without an id is no entry: it would be about all tokens that lack the claim. */
  private static Optional<String> valueFor(String id, String value) {
    return id.isEmpty() ? Optional.empty() : Optional.ofNullable(value);
  }

  /** What is not a number covers all tokens: it was written by something else. */
  private static long secondIn(String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException foreign) {
      return Long.MAX_VALUE;
    }
  }

  private static String beforeSpace(String value) {
    int space = value.indexOf(' ');
    return space < 0 ? value : value.substring(0, space);
  }

  private static String reasonIn(String value) {
    return value.substring(value.indexOf(' ') + 1);
  }

  private ScriptCall callFor(BlacklistEntry entry) {
    if (entry instanceof OfAccessToken token) {
      return call(keys.revokedAccessToken(token.id()), token.reason().word(), entry, "first");
    }
    if (entry instanceof OfSession session) {
      String value = session.cutoff() + " " + session.reason().word();
      return call(keys.revokedSession(session.id()), value, entry, "larger");
    }
    OfUser user = (OfUser) entry;
    return call(
        keys.revokedUser(user.userId()), Long.toString(user.issuedBefore()), entry, "larger");
  }

  private static ScriptCall call(String key, String value, BlacklistEntry entry, String which) {
    String expiresAt = Long.toString(entry.expiresAt());
    String minTtl = Long.toString(entry.minTtl());
    return new ScriptCall(key, List.of(value, expiresAt, which, minTtl));
  }
}
