package dev.tokenguard.redis;

import dev.tokenguard.redis.RedisTelemetry.Operation;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.ContextMatch;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.RotationOutcome;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.settings.Setting;
import java.time.Instant;
import java.util.ArrayList;
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

  private static final int MOST_ARGUMENTS = 35;

  private final Redis redis;
  private final KeySpace keys;

  public RedisFamilyStore(Redis redis, KeySpace keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    List<String> arguments = tokenArguments(login);
    add(arguments, policy.maxFamiliesPerUser());
    add(arguments, policy.isObserving());
    return redis.run(
        BEGIN,
        keys.user(login.userId()),
        arguments,
        reply -> tokens(reply, row -> keys.expanded(row.text(0))));
  }

  /** One command; two where the script has to know whether the client was unanswered. */
  @Override
  public RotationOutcome rotate(
      RotationRequest request, RotationPolicy policy, BooleanSupplier wasUnanswered) {
    List<String> arguments = rotationArguments(request, policy);
    // A policy that only observes refuses nothing that would have to be excused.
    arguments.add(policy.isObserving() ? "no" : "ask");
    return decided(request, arguments)
        .orElseGet(
            () -> {
              arguments.set(arguments.size() - 1, wasUnanswered.getAsBoolean() ? "yes" : "no");
              return decided(request, arguments).orElseThrow();
            });
  }

  /** Empty when the script has to know first whether the client was unanswered. */
  private Optional<RotationOutcome> decided(RotationRequest request, List<String> arguments) {
    return redis.run(
        ROTATE,
        keys.user(request.userId()),
        arguments,
        reply -> RotateReply.of(reply).outcome(request.presented().family()));
  }

  private List<String> rotationArguments(RotationRequest request, RotationPolicy policy) {
    List<String> arguments = tokenArguments(request);
    add(arguments, policy.gracePeriod().toMillis(), policy.graceMaxReplays());
    add(arguments, policy.graceContext());
    add(arguments, policy.maxRotations(), policy.notAfter(request.session().started()));
    add(arguments, policy.maxRefreshesPerMinute());
    add(arguments, policy.bindTo());
    arguments.add(Setting.word(policy.onBindingMismatch()));
    arguments.add(Setting.word(policy.onMissingState()));
    add(arguments, policy.isObserving());
    return arguments;
  }

  /** What {@code begin.lua} and {@code rotate.lua} are told of the token, in the same order. */
  private List<String> tokenArguments(RotationRequest request) {
    List<String> arguments = new ArrayList<>(MOST_ARGUMENTS);
    String family = keys.compact(request.presented().family());
    String session = keys.compact(request.session().id());
    String client = keys.compact(request.session().clientId());
    arguments.add(KeySpace.lineage(family));
    arguments.add(KeySpace.origin(family));
    arguments.add(KeySpace.accessTokens(family));
    arguments.add(KeySpace.session(session));
    arguments.add(KeySpace.clientSession(session, client));
    arguments.add(KeySpace.USER_CUTOFF);
    add(arguments, request.presented().generation());
    arguments.add(session);
    arguments.add(client);
    add(arguments, request.session().started(), request.session().clientStarted());
    add(arguments, request.session().isOffline());
    add(arguments, request.child().issuedAt(), request.child().expiresAt());
    add(arguments, request.child().retainUntil(), request.accessToken().expiresAt());
    arguments.add(request.accessToken().prefix());
    arguments.add(request.accessToken().loginPrefix());
    arguments.add(request.context().userAgent());
    arguments.add(request.context().ip());
    arguments.add(request.binding().map(RequestContext::userAgent).orElse(""));
    arguments.add(request.binding().map(RequestContext::ip).orElse(""));
    return arguments;
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    List<String> arguments = new ArrayList<>();
    add(arguments, revocation.retainUntil());
    arguments.add(KeySpace.USER_CUTOFF);
    add(arguments, revocation.everythingBefore());
    add(arguments, revocation.families().size());
    for (String family : revocation.families()) {
      String compactFamily = keys.compact(family);
      arguments.add(KeySpace.lineage(compactFamily));
      arguments.add(KeySpace.accessTokens(compactFamily));
    }
    add(arguments, revocation.before(), revocation.clientSessions().size());
    revocation
        .clientSessions()
        .forEach(
            it ->
                arguments.add(
                    KeySpace.clientSession(
                        keys.compact(it.sessionId()), keys.compact(it.clientId()))));
    add(arguments, revocation.sessions().size());
    revocation.sessions().forEach(id -> arguments.add(KeySpace.session(keys.compact(id))));
    return redis.run(
        REVOKE,
        keys.user(revocation.userId()),
        arguments,
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

  private static void add(List<String> arguments, long... numbers) {
    for (long number : numbers) {
      arguments.add(Long.toString(number));
    }
  }

  private static void add(List<String> arguments, boolean flag) {
    arguments.add(flag ? "1" : "0");
  }

  private static void add(List<String> arguments, ContextMatch match) {
    add(arguments, match.comparesUserAgent());
    add(arguments, match.comparesIp());
  }
}
