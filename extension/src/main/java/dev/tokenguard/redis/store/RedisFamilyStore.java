package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.redis.store.LuaScript.Reply;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.TokenPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * The families in Redis. Each method runs one script on one key; {@link #find} and a large {@link
 * #revoke} run it once for each page.
 */
public final class RedisFamilyStore implements FamilyStore {

  private static final LuaScript BEGIN = LuaScript.of(Operation.BEGIN, "begin.lua");
  private static final LuaScript ROTATE = LuaScript.of(Operation.ROTATE, "rotate.lua");
  private static final LuaScript REVOKE = LuaScript.of(Operation.REVOKE, "revoke.lua");
  private static final LuaScript FIND = LuaScript.of(Operation.FIND, "find.lua");

  private static final LuaScript EXCHANGE = LuaScript.of(Operation.EXCHANGE_ADD, "exchange.lua");
  private static final LuaScript EXCHANGED = LuaScript.of(Operation.EXCHANGE_FIND, "exchanged.lua");

  private final Redis redis;
  private final RedisKeys keys;

  public RedisFamilyStore(Redis redis, RedisKeys keys) {
    this.redis = redis;
    this.keys = keys;
  }

  @Override
  public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return BEGIN.run(
        redis,
        keys.user(login.userId()),
        FamilyScripts.loginArguments(login, policy, keys),
        this::tokens);
  }

  /** One command, or two if the decision depends on whether an attempt got no response. */
  @Override
  public RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> isUnacknowledged) {
    // The mode observe refuses no replay, so no lost response matters.
    String unacknowledged = policy.isObserving() ? FamilyScripts.NONE : FamilyScripts.ASK;
    Reply first = decided(request, policy, unacknowledged);
    Reply reply =
        FamilyScripts.askedFor(first)
            .map(it -> isUnacknowledged.test(it) ? it : FamilyScripts.NONE)
            .map(it -> decided(request, policy, it))
            .orElse(first);
    return FamilyScripts.decision(reply, request.presented().family());
  }

  private Reply decided(RotationRequest request, RotationPolicy policy, String unacknowledged) {
    return ROTATE.run(
        redis,
        keys.user(request.userId()),
        FamilyScripts.arguments(request, policy, unacknowledged, keys),
        Function.identity());
  }

  @Override
  public List<AccessTokens> revoke(Revocation revocation) {
    return revoke(revocation, false).accessTokens();
  }

  /** The reply with the access tokens contains the first page of the families, too. */
  @Override
  public RevokedFamilies revokeAndFind(Revocation revocation) {
    return revoke(revocation, true);
  }

  private RevokedFamilies revoke(Revocation revocation, boolean isListing) {
    List<String> marks = FamilyScripts.marks(revocation, keys);
    List<String> families = revocation.marks().families().stream().map(keys::compact).toList();
    int all = marks.size() + families.size();
    List<AccessTokens> revoked = new ArrayList<>();
    Step last;
    int position = 0;
    do {
      int end = position + REVOKED_PER_STEP;
      last =
          REVOKE.run(
              redis,
              keys.user(revocation.userId()),
              FamilyScripts.revocationArguments(
                  revocation,
                  slice(marks, position, end),
                  slice(families, position - marks.size(), end - marks.size()),
                  isListing && end >= all),
              this::step);
      revoked.addAll(last.accessTokens());
      position = end;
    } while (position < all);
    Optional<Page> first = last.page();
    return new RevokedFamilies(
        revoked, each -> first.ifPresent(page -> pages(revocation.userId(), page, each)));
  }

  private record Step(List<AccessTokens> accessTokens, Optional<Page> page) {}

  private Step step(Reply both) {
    return new Step(tokens(both.row(0)), both.row(1).ifPresent().map(this::page));
  }

  private static <T> List<T> slice(List<T> all, int from, int to) {
    int first = Math.min(Math.max(from, 0), all.size());
    return all.subList(first, Math.min(Math.max(to, first), all.size()));
  }

  /** The access tokens of several families, each after the id of the family. */
  private List<AccessTokens> tokens(Reply reply) {
    return reply.rowsFrom(0).map(row -> row.accessTokens(keys.expanded(row.text(0)), 1)).toList();
  }

  @Override
  public void find(String userId, Consumer<TokenFamily> each) {
    pages(userId, page(userId, "0"), each);
  }

  private void pages(String userId, Page first, Consumer<TokenFamily> each) {
    first.families().forEach(each);
    for (Page page = first; !page.cursor().equals("0"); ) {
      page = page(userId, page.cursor());
      page.families().forEach(each);
    }
  }

  private Page page(String userId, String cursor) {
    return FIND.run(redis, keys.user(userId), List.of(cursor), this::page);
  }

  private record Page(String cursor, List<TokenFamily> families) {}

  private Page page(Reply reply) {
    return new Page(reply.text(0), reply.rowsFrom(1).map(this::family).toList());
  }

  private TokenFamily family(Reply row) {
    String id = keys.expanded(row.text(0));
    return new TokenFamily(
        id,
        row.optionalText(4).map(keys::expanded),
        row.optionalText(5).map(keys::expanded),
        row.text(7).equals("1"),
        row.number(1),
        row.optionalText(6).map(Long::valueOf).map(Instant::ofEpochSecond),
        Instant.ofEpochMilli(row.number(2)),
        !row.text(3).isEmpty(),
        row.accessTokens(id, 9),
        row.optionalText(8));
  }

  @Override
  public long recordExchange(String userId, String tag, String prefix, long expiresAt) {
    return EXCHANGE.run(
        redis,
        keys.user(userId),
        List.of(RedisKeys.exchanges(tag), prefix, Long.toString(expiresAt)),
        reply -> reply.number(0));
  }

  @Override
  public List<String> exchanged(String userId, String tag) {
    return EXCHANGED.run(
        redis,
        keys.user(userId),
        List.of(RedisKeys.exchanges(tag)),
        reply ->
            reply
                .rowsFrom(0)
                .flatMap(
                    row ->
                        LongStream.rangeClosed(row.number(1), row.number(2))
                            .mapToObj(it -> TokenPosition.exchangedTokenId(tag, row.text(0), it)))
                .toList());
  }
}
