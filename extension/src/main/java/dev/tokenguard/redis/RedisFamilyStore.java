package dev.tokenguard.redis;

import dev.tokenguard.redis.RedisTelemetry.Operation;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.RotationOutcome;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Families in Redis: one script and one key for each method; {@link #find} takes a round trip for
 * each page.
 */
public final class RedisFamilyStore implements FamilyStore {

  private static final LuaScript BEGIN = LuaScript.of(Operation.BEGIN, "begin.lua");
  private static final LuaScript ROTATE = LuaScript.of(Operation.ROTATE, "rotate.lua");
  private static final LuaScript REVOKE = LuaScript.of(Operation.REVOKE, "revoke.lua");
  private static final LuaScript FIND = LuaScript.of(Operation.FIND, "find.lua");

  private final Redis redis;
  private final KeySpace keys;

  public RedisFamilyStore(Redis redis, KeySpace keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return redis.run(
        BEGIN,
        keys.user(login.userId()),
        RotationArguments.ofLogin(login, policy, keys),
        reply -> tokens(reply, row -> keys.expanded(row.text(0))));
  }

  /** One command; two where the script has to know whether the client was unanswered. */
  @Override
  public RotationOutcome rotate(
      RotationRequest request, RotationPolicy policy, BooleanSupplier wasUnanswered) {
    // A policy that only observes refuses nothing that would have to be excused.
    String first = policy.isObserving() ? "no" : "ask";
    return decided(request, policy, first)
        .orElseGet(
            () ->
                decided(request, policy, wasUnanswered.getAsBoolean() ? "yes" : "no")
                    .orElseThrow());
  }

  /** Empty when the script has to know first whether the client was unanswered. */
  private Optional<RotationOutcome> decided(
      RotationRequest request, RotationPolicy policy, String wasUnanswered) {
    return redis.run(
        ROTATE,
        keys.user(request.userId()),
        RotationArguments.ofRefresh(request, policy, wasUnanswered, keys),
        reply -> RotateReply.of(reply).outcome(request.presented().family()));
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    ScriptArguments arguments =
        new ScriptArguments()
            .number(revocation.retainUntil())
            .text(KeySpace.USER_CUTOFF)
            .number(revocation.everythingBefore())
            .number(revocation.families().size());
    for (String family : revocation.families()) {
      String compact = keys.compact(family);
      arguments.text(KeySpace.lineage(compact)).text(KeySpace.accessTokens(compact));
    }
    arguments.number(revocation.before()).number(revocation.clientSessions().size());
    revocation
        .clientSessions()
        .forEach(
            it ->
                arguments.text(
                    KeySpace.clientSession(
                        keys.compact(it.sessionId()), keys.compact(it.clientId()))));
    arguments.number(revocation.sessions().size());
    revocation.sessions().forEach(id -> arguments.text(KeySpace.session(keys.compact(id))));
    return redis.run(
        REVOKE,
        keys.user(revocation.userId()),
        arguments.inOrder(),
        reply -> tokens(reply, row -> revocation.families().get((int) row.number(0) - 1)));
  }

  private static List<AccessTokens> tokens(Object reply, Function<ReplyRow, String> family) {
    return ReplyRow.of(reply)
        .rowsFrom(0)
        .map(row -> row.accessTokens(family.apply(row), 1))
        .toList();
  }

  @Override
  public List<TokenFamily> find(String userId) {
    Map<String, TokenFamily> found = new LinkedHashMap<>();
    String cursor = "0";
    do {
      Page page = redis.run(FIND, keys.user(userId), List.of(cursor), this::page);
      cursor = page.cursor();
      page.families().forEach(family -> found.put(family.id(), family));
    } while (!cursor.equals("0"));
    return List.copyOf(found.values());
  }

  private record Page(String cursor, List<TokenFamily> families) {}

  private Page page(Object reply) {
    ReplyRow row = ReplyRow.of(reply);
    return new Page(row.text(0), row.rowsFrom(1).map(this::family).toList());
  }

  private TokenFamily family(ReplyRow row) {
    return new TokenFamily(
        keys.expanded(row.text(0)),
        row.optionalText(4).map(keys::expanded),
        row.optionalText(5).map(keys::expanded),
        row.text(7).equals("1"),
        row.number(1),
        row.optionalText(6).map(Long::valueOf).map(Instant::ofEpochSecond),
        Instant.ofEpochMilli(row.number(2)),
        !row.text(3).isEmpty());
  }
}
