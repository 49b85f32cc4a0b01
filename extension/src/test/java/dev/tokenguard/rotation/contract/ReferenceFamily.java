package dev.tokenguard.rotation.contract;

import dev.tokenguard.rotation.RefreshDecision.Refusal;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A family in the {@link InMemoryFamilyStore}. */
final class ReferenceFamily {

  /** The number of generations whose access tokens count although the store has not seen them. */
  private static final long UNSEEN = 64;

  /** A family that exceeded the limit is kept for so long after its access tokens have expired. */
  private static final long CLOCK_MARGIN = 60;

  final String id;
  private final InMemoryFamilyStore.User user;
  Optional<RotationRequest.Session> session = Optional.empty();
  Optional<RequestContext> binding = Optional.empty();
  long generation;
  long newestIssuedAt;
  long newestExpiresAt;
  Instant rotated;
  RequestContext rotatedFrom = new RequestContext("", "");

  /** The attempt that got the newest token last. */
  String attempt = "";

  /** When tokens before the last replaced one were replaced; only with a grace depth. */
  private final NavigableMap<Long, Instant> earlier = new TreeMap<>();

  long replaysInGrace;
  long minute;
  long refreshesInMinute;
  boolean isRevoked;
  Optional<Refusal> revokedBy = Optional.empty();

  /** The position among the families of the user, in the order of their records. */
  long number;

  /** The expiry of the access token of each generation and of each replay. */
  private final NavigableMap<Long, Long> accessTokens = new TreeMap<>();

  private final NavigableMap<Long, Long> replays = new TreeMap<>();
  private long lastReplay;
  private String loginPrefix = "";
  private String refreshPrefix = "";
  private Optional<Instant> created = Optional.empty();
  private Optional<String> parentTag = Optional.empty();
  private boolean isCapped;
  private long retainUntil;

  /** Without a record of a login or a refresh. */
  ReferenceFamily(String id, InMemoryFamilyStore.User user) {
    this.id = id;
    this.user = user;
    this.rotated = user.now();
  }

  /** The family begins with this refresh, whatever its generation. */
  static ReferenceFamily adopted(RotationRequest request, InMemoryFamilyStore.User user) {
    ReferenceFamily family = new ReferenceFamily(request.presented().family(), user);
    family.issue(request, request.presented().generation());
    family.loginPrefix = request.accessToken().loginPrefix();
    family.refreshPrefix = request.accessToken().prefix();
    family.rotatedFrom = request.context();
    family.assumeAccessTokens(request);
    return family;
  }

  void begin(RotationRequest login) {
    issue(login, 0);
    binding = login.binding();
    rotatedFrom = login.context();
    loginPrefix = login.accessToken().loginPrefix();
    accessTokens.put(0L, login.accessToken().expiresAt());
    retainUntil(login.successor().retainUntil());
    record(login);
  }

  /** The lineage continues from the presented token. */
  SuccessorToken rotate(RotationRequest request) {
    if (request.presented().generation() > generation) {
      assumeAccessTokens(request);
    }
    issue(request, request.presented().generation() + 1);
    beginGrace();
    rotatedFrom = request.context();
    refreshPrefix = request.accessToken().prefix();
    removeExpired();
    accessTokens.merge(generation, request.accessToken().expiresAt(), Math::max);
    granted(request);
    return successor(0);
  }

  /** The presented token is returned; the family continues from it. */
  SuccessorToken keep(RotationRequest request) {
    long presented = request.presented().generation();
    if (presented > generation) {
      assumeAccessTokens(request);
      earlier.clear();
    }
    issue(request, presented);
    rotatedFrom = request.context();
    refreshPrefix = request.accessToken().prefix();
    return replay(request);
  }

  /** Before a rotation: the time of the last one counts for the token before the presented one. */
  void recordEarlier(int depth) {
    if (depth == 1) {
      earlier.clear();
    } else {
      earlier.put(generation - 1, rotated);
      earlier.headMap(generation + 1 - depth).clear();
    }
  }

  /** The grace period of the newest rotation begins again. */
  void keepEarlier(int depth) {
    earlier.headMap(generation - depth).clear();
    if (depth == 1) {
      earlier.clear();
    }
  }

  /** When a token was replaced; empty if that is not known. */
  Optional<Instant> replacedAt(long replaced) {
    return replaced == generation - 1
        ? Optional.of(rotated)
        : Optional.ofNullable(earlier.get(replaced));
  }

  void beginGrace() {
    rotated = user.now();
    replaysInGrace = 0;
  }

  /** The newest token is issued once more, with another access token. */
  SuccessorToken replay(RotationRequest request) {
    lastReplay++;
    removeExpired();
    replays.put(lastReplay, request.accessToken().expiresAt());
    granted(request);
    return successor(lastReplay);
  }

  private void issue(RotationRequest request, long newest) {
    generation = newest;
    newestIssuedAt = request.successor().issuedAt();
    newestExpiresAt = request.successor().expiresAt();
  }

  private SuccessorToken successor(long replay) {
    return new SuccessorToken(generation, newestIssuedAt, newestExpiresAt, replay, binding);
  }

  private void granted(RotationRequest request) {
    attempt = request.attempt().id();
    retainUntil(request.successor().retainUntil());
    record(request);
  }

  /** The first login or refresh counts. */
  void record(RotationRequest request) {
    if (session.isEmpty()) {
      session = Optional.of(request.session());
      created = Optional.of(Instant.ofEpochSecond(user.second()));
      parentTag = request.parentTag();
      number = user.nextNumber();
    }
  }

  private void assumeAccessTokens(RotationRequest request) {
    long last = request.presented().generation();
    accessTokens.headMap(last - UNSEEN).clear();
    for (long each = Math.max(0, last - UNSEEN); each <= last; each++) {
      accessTokens.merge(each, request.accessToken().expiresAt(), Math::max);
    }
  }

  /** An expired access token stays expired, even when the clock is set back. */
  private void removeExpired() {
    accessTokens.values().removeIf(expiry -> expiry < user.second());
    replays.values().removeIf(expiry -> expiry < user.second());
  }

  void revoke(long until) {
    isRevoked = true;
    retainUntil(until);
  }

  /** The limit of families revokes it: it is kept until its access tokens have expired. */
  void cap() {
    isRevoked = true;
    isCapped = true;
    long expiry = unexpired().expiresAt() + CLOCK_MARGIN;
    retainUntil = Math.min(retainUntil, Math.max(user.second(), expiry));
  }

  boolean isKept() {
    return !isCapped || retainUntil >= user.second();
  }

  private void retainUntil(long second) {
    retainUntil = Math.max(retainUntil, second);
  }

  /** The access tokens that were issued with the presented token of this rotation. */
  AccessTokens replacedBy(RotationRequest request) {
    long presented = request.presented().generation();
    long firstReplay = presented == generation ? lastReplay - replaysInGrace : lastReplay;
    return accessTokens(presented, presented, firstReplay + 1);
  }

  AccessTokens unexpired() {
    return accessTokens(
        firstUnexpired(accessTokens).orElse(generation + 1),
        generation,
        firstUnexpired(replays).orElse(lastReplay + 1));
  }

  /** Also those that were granted without the store, if the request shows that there are some. */
  AccessTokens unexpired(RotationRequest request) {
    AccessTokens known = unexpired();
    long last = request.presented().generation();
    if (last <= generation) {
      return known;
    }
    return new AccessTokens(
        id,
        last - generation > UNSEEN ? last - UNSEEN : known.first(),
        last,
        known.firstReplay(),
        lastReplay,
        Math.max(known.expiresAt(), request.accessToken().expiresAt()),
        loginPrefix,
        request.accessToken().prefix());
  }

  private Optional<Long> firstUnexpired(NavigableMap<Long, Long> expiries) {
    return expiries.entrySet().stream()
        .filter(each -> each.getValue() >= user.second())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private AccessTokens accessTokens(long first, long last, long firstReplay) {
    long latest =
        Stream.of(accessTokens, replays)
            .flatMap(each -> each.values().stream())
            .reduce(0L, Math::max);
    return new AccessTokens(
        id, first, last, firstReplay, lastReplay, latest, loginPrefix, refreshPrefix);
  }

  boolean isActive() {
    return found().filter(it -> !it.isRevoked()).isPresent();
  }

  /** Empty if its record has expired. */
  Optional<TokenFamily> found() {
    if (retainUntil < user.second()) {
      return Optional.empty();
    }
    long began = created.map(Instant::getEpochSecond).orElse(0L);
    boolean isMarked = session.flatMap(it -> user.markOf(it, began, began)).isPresent();
    return Optional.of(
        new TokenFamily(
            id,
            session.map(RotationRequest.Session::id),
            session.map(RotationRequest.Session::clientId),
            session.filter(RotationRequest.Session::isOffline).isPresent(),
            generation,
            created,
            rotated,
            isRevoked || isMarked,
            unexpired(),
            parentTag));
  }
}
