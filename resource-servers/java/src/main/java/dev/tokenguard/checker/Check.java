package dev.tokenguard.checker;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unidentified;
import dev.tokenguard.checker.Verdict.Unknown;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The check of one token, except for the round trip to Redis: what both checkers share. */
final class Check {

  /** What all checks of a checker have in common. */
  record Settings(String prefix, WhenUnavailable choice, RevocationCache cache) {

    private static final String DEFAULT_PREFIX = "tg:";

    static Settings of(WhenUnavailable choice) {
      return new Settings(DEFAULT_PREFIX, choice, NoCache.INSTANCE);
    }

    Settings withPrefix(String keyPrefix) {
      return new Settings(keyPrefix, choice, cache);
    }

    Settings withCache(RevocationCache other) {
      return new Settings(prefix, choice, other);
    }
  }

  /** A number of seconds that fits into a long. */
  private static final Pattern SECOND = Pattern.compile("[0-9]{1,18}");

  private final WhenUnavailable choice;
  private final TokenClaims claims;
  private final List<Scope> scopes = new ArrayList<>(3);
  private final List<String> keys = new ArrayList<>(3);
  private final RevocationCache.Attempt attempt;

  Check(Settings settings, TokenClaims claims) {
    this.choice = settings.choice;
    this.claims = claims;
    // The narrowest scope first.
    addKey(Scope.TOKEN, settings.prefix + "at:", claims.tokenId());
    addKey(Scope.SESSION, settings.prefix + "sid:", claims.sessionId());
    addKey(Scope.USER, settings.prefix + "sub:", claims.subject());
    this.attempt = settings.cache.begin(claims, keys);
  }

  private void addKey(Scope scope, String prefix, Optional<String> id) {
    if (id.isPresent()) {
      scopes.add(scope);
      keys.add(prefix + id.get());
    }
  }

  List<String> keys() {
    return Collections.unmodifiableList(keys);
  }

  /** The verdict, if it does not take a round trip. */
  Optional<Verdict> withoutRedis() {
    if (keys.isEmpty()) {
      return Optional.of(new Unidentified());
    }
    Optional<Revoked> earlier = attempt.revoked();
    if (earlier.isPresent()) {
      return Optional.of(earlier.get());
    }
    return attempt.values().map(this::decide);
  }

  /** The verdict on the reply of Redis. */
  Verdict verdict(List<String> values) {
    if (values == null || values.size() != keys.size()) {
      return verdict(new IllegalStateException("the lookup did not return a value for each key"));
    }
    attempt.keep(values);
    return decide(values);
  }

  /** The verdict on a failed lookup. */
  Verdict verdict(Throwable failure) {
    if (failure instanceof IncompleteLookupException incomplete
        && incomplete.values().size() == keys.size()
        && decide(incomplete.values()) instanceof Revoked revoked) {
      return revoked;
    }
    return new Unknown(choice, failure);
  }

  private Verdict decide(List<String> values) {
    for (int index = 0; index < scopes.size(); index++) {
      Scope scope = scopes.get(index);
      String value = values.get(index);
      if (value != null && isRevoked(scope, value)) {
        Revoked revoked = new Revoked(scope, scope == Scope.SESSION ? reasonIn(value) : value);
        attempt.keep(revoked);
        return revoked;
      }
    }
    return new Active();
  }

  private boolean isRevoked(Scope scope, String value) {
    return switch (scope) {
      case TOKEN -> true;
      case SESSION -> isIssuedUpTo(secondIn(value));
      case USER -> isIssuedUpTo(before(value));
    };
  }

  private boolean isIssuedUpTo(OptionalLong second) {
    boolean isComparable = second.isPresent() && claims.issuedAt().isPresent();
    return !isComparable || claims.issuedAt().getAsLong() <= second.getAsLong();
  }

  private static OptionalLong before(String value) {
    OptionalLong cutOff = secondOf(value);
    return cutOff.isPresent() ? OptionalLong.of(cutOff.getAsLong() - 1) : cutOff;
  }

  /** The cut-off of a session is followed by a space. */
  private static OptionalLong secondIn(String value) {
    int space = value.indexOf(' ');
    return secondOf(space < 0 ? value : value.substring(0, space));
  }

  private static OptionalLong secondOf(String text) {
    return SECOND.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  private static String reasonIn(String value) {
    return value.substring(value.indexOf(' ') + 1);
  }

  /** Each check takes a round trip. */
  private static final class NoCache implements RevocationCache, RevocationCache.Attempt {

    static final NoCache INSTANCE = new NoCache();

    @Override
    public Attempt begin(TokenClaims claims, List<String> keys) {
      return this;
    }

    @Override
    public Optional<Revoked> revoked() {
      return Optional.empty();
    }

    @Override
    public Optional<List<String>> values() {
      return Optional.empty();
    }

    @Override
    public void keep(List<String> values) {}

    @Override
    public void keep(Revoked verdict) {}

    @Override
    public void invalidate(String key) {}

    @Override
    public void invalidateAll() {}
  }
}
