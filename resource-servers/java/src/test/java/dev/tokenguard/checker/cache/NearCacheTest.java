package dev.tokenguard.checker.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenguard.checker.AsyncRevocationChecker;
import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unknown;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept and for how long, by a clock that the test advances. */
final class NearCacheTest {

  private static final Duration TIME_TO_LIVE = Duration.ofSeconds(2);
  private static final long START = 1_800_000_000;
  private static final TokenClaims TOKEN = token("token", START, START + 300);

  private final Map<String, String> stored = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private Duration elapsed = Duration.ofHours(1);
  private Runnable duringTheRoundTrip = () -> {};
  private boolean isAway;

  private final Clock clock = inUtc(() -> Instant.ofEpochSecond(START - 3600).plus(elapsed));
  private final NearCache cache = NearCache.of(TIME_TO_LIVE, 1_000, () -> elapsed.toNanos(), clock);

  private final Lookup redis =
      keys -> {
        asked.addAll(keys);
        if (isAway) {
          throw new IOException("unavailable");
        }
        List<String> values = keys.stream().map(stored::get).toList();
        duringTheRoundTrip.run();
        return values;
      };
  private final RevocationChecker checker =
      RevocationChecker.of(redis, WhenUnavailable.REFUSE).withCache(cache);

  private static Clock inUtc(InstantSource source) {
    return source.withZone(ZoneOffset.UTC);
  }

  private static TokenClaims token(String id, long issuedAt, long expiresAt) {
    return TokenClaims.of(
        Map.of("jti", id, "sid", "session", "sub", "user", "iat", issuedAt, "exp", expiresAt));
  }

  private void pass(Duration time) {
    elapsed = elapsed.plus(time);
  }

  private boolean asksRedis(TokenClaims token) {
    asked.clear();
    checker.check(token);
    return !asked.isEmpty();
  }

  @Test
  void given_an_active_token_then_it_is_read_again_after_the_time_to_live() {
    assertThat(asksRedis(TOKEN)).isTrue();
    pass(TIME_TO_LIVE.minusNanos(1));
    assertThat(asksRedis(TOKEN)).isFalse();
    stored.put("tg:at:token", "logout");
    assertThat(checker.check(TOKEN)).isEqualTo(new Active());
    pass(Duration.ofNanos(1));
    assertThat(checker.check(TOKEN)).isEqualTo(new Revoked(Scope.TOKEN, "logout"));
    assertThat(cache.statistics()).isEqualTo(new NearCache.Statistics(2, 2, 0, 0));
  }

  @Test
  void given_a_slow_round_trip_then_its_time_counts() {
    duringTheRoundTrip = () -> pass(TIME_TO_LIVE.minusNanos(1));
    checker.check(TOKEN);
    assertThat(asksRedis(TOKEN)).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(asksRedis(TOKEN)).isTrue();
  }

  @Test
  void given_a_revoked_token_then_it_stays_so_until_its_expiry_without_redis() {
    stored.put("tg:sid:session", START + " logout");
    assertThat(checker.check(TOKEN)).isInstanceOf(Revoked.class);
    isAway = true;
    stored.clear();
    cache.invalidateAll();
    cache.invalidate("tg:sid:session");

    pass(Duration.ofSeconds(299));
    assertThat(checker.check(TOKEN)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
    pass(Duration.ofSeconds(2));
    assertThat(checker.check(TOKEN)).isInstanceOf(Unknown.class);
  }

  @Test
  void given_a_revoked_token_without_exp_then_it_is_kept_for_the_time_to_live() {
    TokenClaims endless = TokenClaims.of(Map.of("jti", "endless"));
    stored.put("tg:at:endless", "logout");
    assertThat(checker.check(endless)).isInstanceOf(Revoked.class);
    stored.clear();
    pass(TIME_TO_LIVE.minusNanos(1));
    assertThat(checker.check(endless)).isInstanceOf(Revoked.class);
    pass(Duration.ofNanos(1));
    assertThat(checker.check(endless)).isInstanceOf(Active.class);
  }

  @Test
  void given_an_outage_then_only_what_is_kept_is_used_and_the_outage_is_not_kept() {
    isAway = true;
    assertThat(checker.check(TOKEN)).isInstanceOf(Unknown.class);
    isAway = false;
    assertThat(checker.check(TOKEN)).isInstanceOf(Active.class);
    isAway = true;
    pass(TIME_TO_LIVE.minusNanos(1));
    assertThat(checker.check(TOKEN)).isInstanceOf(Active.class);
    pass(Duration.ofNanos(1));
    assertThat(checker.check(TOKEN)).isInstanceOf(Unknown.class);
  }

  /** The session id is used again by the next login. */
  @Test
  void given_a_revoked_session_then_a_later_token_of_it_is_decided_by_its_own_time() {
    stored.put("tg:sid:session", START + " logout");
    TokenClaims later = token("later", START + 1, START + 301);
    assertThat(checker.check(TOKEN)).isInstanceOf(Revoked.class);
    assertThat(checker.check(later)).isInstanceOf(Active.class);
    assertThat(asksRedis(later)).isFalse();
    assertThat(checker.check(TOKEN)).isInstanceOf(Revoked.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tg:at:token", "tg:sid:session", "tg:sub:user", "all"})
  void given_an_invalidation_then_the_token_is_read_again(String key) {
    Consumer<RevocationCache> invalidation =
        it -> {
          if (key.equals("all")) {
            it.invalidateAll();
          } else {
            it.invalidate(key);
          }
        };
    checker.check(TOKEN);
    invalidation.accept(cache);
    assertThat(asksRedis(TOKEN)).isTrue();
    assertThat(asksRedis(TOKEN)).isFalse();

    cache.invalidateAll();
    duringTheRoundTrip = () -> invalidation.accept(cache);
    checker.check(TOKEN);
    duringTheRoundTrip = () -> {};
    assertThat(asksRedis(TOKEN)).as("what was read before an invalidation is not kept").isTrue();
    assertThat(asksRedis(TOKEN)).isFalse();
    assertThat(cache.statistics().invalidations()).isEqualTo(3);
  }

  @Test
  void given_an_invalidation_of_another_key_then_the_token_is_not_read_again() {
    checker.check(TOKEN);
    cache.invalidate("tg:at:other");
    assertThat(asksRedis(TOKEN)).isFalse();
  }

  @Test
  void given_more_tokens_than_entries_then_the_cache_stays_within_its_size() {
    for (int index = 0; index < 10_000; index++) {
      checker.check(TokenClaims.of(Map.of("jti", "token-" + index)));
    }
    assertThat(cache.statistics().evictions()).isEqualTo(9_000);
  }

  @Test
  void given_a_size_or_a_time_of_zero_then_it_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> NearCache.of(Duration.ZERO, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> NearCache.of(TIME_TO_LIVE, 0));
  }

  @Test
  void given_an_asynchronous_checker_then_it_uses_the_cache_as_well() {
    AsyncRevocationChecker asynchronous =
        AsyncRevocationChecker.of(
                keys -> {
                  throw new IllegalStateException("the cache has it");
                },
                WhenUnavailable.REFUSE)
            .withCache(cache);
    checker.check(TOKEN);
    assertThat(asynchronous.check(TOKEN).toCompletableFuture()).isCompletedWithValue(new Active());
  }

  /**
   * Random revocations, outages and times: a token is accepted for the time-to-live after its
   * revocation at most, and not at all if Redis reported the change.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void given_random_events_then_the_cache_is_behind_by_its_time_to_live_at_most(long seed) {
    Random random = new Random(seed);
    Map<TokenClaims, Duration> acceptedUntil = new HashMap<>();
    List<TokenClaims> tokens = new ArrayList<>();
    for (int index = 0; index < 20; index++) {
      tokens.add(token(index));
    }
    for (int step = 0; step < 5_000; step++) {
      TokenClaims token = tokens.get(random.nextInt(tokens.size()));
      switch (random.nextInt(40)) {
        case 0 -> pass(Duration.ofMillis(random.nextInt(1_000)));
        case 1 -> isAway = !isAway;
        case 2 -> {
          // A new login with the same session id.
          if (tokens.size() < 200) {
            tokens.add(token(tokens.size()));
          }
        }
        case 3 -> {
          String key =
              switch (random.nextInt(3)) {
                case 0 -> "tg:at:" + token.tokenId().get();
                case 1 -> "tg:sid:" + token.sessionId().get();
                default -> "tg:sub:" + token.subject().get();
              };
          stored.put(key, key.startsWith("tg:sub:") ? now() + 1 + "" : now() + " logout");
          boolean isReported = random.nextBoolean();
          if (isReported) {
            cache.invalidate(key);
          }
          Duration latest = isReported ? elapsed : elapsed.plus(TIME_TO_LIVE);
          tokens.stream()
              .filter(it -> isRevokedBy(key, it))
              .forEach(it -> acceptedUntil.merge(it, latest, (x, y) -> x.compareTo(y) < 0 ? x : y));
        }
        default -> {
          Verdict cached = checker.check(token);
          Duration until = acceptedUntil.get(token);
          if (!isRevoked(token)) {
            assertThat(cached).isNotInstanceOf(Revoked.class);
          } else if (until != null && elapsed.compareTo(until) >= 0) {
            assertThat(cached).as("%s, at %s", token, elapsed).isNotInstanceOf(Active.class);
          }
        }
      }
    }
    assertThat(acceptedUntil).isNotEmpty();
    assertThat(cache.statistics().hits()).isGreaterThan(500);
  }

  private boolean isRevoked(TokenClaims token) {
    return stored.keySet().stream().anyMatch(key -> isRevokedBy(key, token));
  }

  private boolean isRevokedBy(String key, TokenClaims token) {
    Lookup onlyThis =
        keys -> keys.stream().map(it -> it.equals(key) ? stored.get(it) : null).toList();
    return RevocationChecker.of(onlyThis, WhenUnavailable.REFUSE).check(token) instanceof Revoked;
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  private TokenClaims token(int index) {
    return TokenClaims.of(
        Map.of(
            "jti", "t" + index,
            "sid", "s" + index % 7,
            "sub", "u" + index % 3,
            "iat", now(),
            "exp", now() + 100_000));
  }
}
