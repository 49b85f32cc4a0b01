package dev.tokenguard.rotation;

import java.time.Instant;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A family in the {@link InMemoryFamilyStore}. */
final class RememberedFamily {

  /** How far back access tokens count where the store has not seen them issued. */
  private static final long UNSEEN = 64;

  private final String id;
  private final NavigableMap<Long, Long> accessTokenEnds = new TreeMap<>();
  private Optional<RotationRequest.Session> session = Optional.empty();
  private Optional<Instant> created = Optional.empty();
  private String loginPrefix;
  private String refreshPrefix = "";
  private Child newest;
  private Instant made;
  private RequestContext rotatedFrom = new RequestContext("", "");
  private long replays;
  private long minuteBegan;
  private long refreshesInMinute;
  private boolean isRevoked;
  private long rememberedUntil;

  private RememberedFamily(String id, String loginPrefix, Child newest, Instant made) {
    this.id = id;
    this.loginPrefix = loginPrefix;
    this.newest = newest;
    this.made = made;
  }

  /** One that begins with this refresh, whatever its generation. */
  static RememberedFamily beginningWith(RotationRequest request, Instant now) {
    Child presented =
        new Child(
            request.presented().generation(),
            request.child().issuedAt(),
            request.child().expiresAt(),
            Optional.empty());
    RememberedFamily family =
        new RememberedFamily(
            request.presented().family(), request.accessToken().loginPrefix(), presented, now);
    family.refreshPrefix = request.accessToken().prefix();
    family.rotatedFrom = request.context();
    family.assumeAccessTokens(request);
    return family;
  }

  static RememberedFamily neverRefreshed(String id, Instant now) {
    return new RememberedFamily(
        id, "", new Child(0, now.getEpochSecond(), 0, Optional.empty()), now);
  }

  /** Its login is told; all that was known before is that it is revoked, if anything. */
  static RememberedFamily begunBy(
      RotationRequest login, Optional<RememberedFamily> known, Instant now) {
    String id = login.presented().family();
    RememberedFamily family = known.orElseGet(() -> neverRefreshed(id, now));
    family.newest =
        new Child(0, login.child().issuedAt(), login.child().expiresAt(), login.binding());
    family.rotatedFrom = login.context();
    family.loginPrefix = login.accessToken().loginPrefix();
    family.accessTokenEnds.put(0L, login.accessToken().expiresAt());
    family.rememberUntil(login.child().retainUntil());
    family.belongTo(login, now);
    return family;
  }

  /** The lineage goes on from the presented token. */
  Child step(RotationRequest request, Optional<RequestContext> binding, Instant now) {
    if (request.presented().generation() > generation()) {
      assumeAccessTokens(request);
    }
    newest =
        new Child(
            request.presented().generation() + 1,
            request.child().issuedAt(),
            request.child().expiresAt(),
            binding);
    made = now;
    replays = 0;
    rotatedFrom = request.context();
    refreshPrefix = request.accessToken().prefix();
    answer(request, now);
    return newest;
  }

  /** Nobody was given the newest child before. */
  void beginGrace(Instant now) {
    made = now;
    replays = 0;
  }

  /** The newest child is given once more. */
  Child replay(RotationRequest request, boolean usesUpGrace, Instant now) {
    replays += usesUpGrace ? 1 : 0;
    answer(request, now);
    return newest;
  }

  /** What has expired once is expired for good, even when the clock is set back. */
  private void answer(RotationRequest request, Instant now) {
    accessTokenEnds.values().removeIf(end -> end < now.getEpochSecond());
    accessTokenEnds.merge(generation(), request.accessToken().expiresAt(), Math::max);
    rememberUntil(request.child().retainUntil());
    belongTo(request, now);
  }

  void belongTo(RotationRequest request, Instant now) {
    if (session.isEmpty()) {
      session = Optional.of(request.session());
      created = Optional.of(Instant.ofEpochSecond(now.getEpochSecond()));
    }
  }

  private void assumeAccessTokens(RotationRequest request) {
    long last = request.presented().generation();
    accessTokenEnds.headMap(last - UNSEEN).clear();
    for (long generation = Math.max(0, last - UNSEEN); generation <= last; generation++) {
      accessTokenEnds.merge(generation, request.accessToken().expiresAt(), Math::max);
    }
  }

  void count(long minute, long refreshes) {
    minuteBegan = minute;
    refreshesInMinute = refreshes;
  }

  void revoke() {
    isRevoked = true;
  }

  void rememberUntil(long second) {
    rememberedUntil = Math.max(rememberedUntil, second);
  }

  Optional<RotationRequest.Session> session() {
    return session;
  }

  /** When its session and client were first told, to the second. */
  Instant created() {
    return created.orElseThrow();
  }

  String id() {
    return id;
  }

  long generation() {
    return newest.generation();
  }

  Instant made() {
    return made;
  }

  RequestContext rotatedFrom() {
    return rotatedFrom;
  }

  Optional<RequestContext> binding() {
    return newest.binding();
  }

  long replays() {
    return replays;
  }

  long minuteBegan() {
    return minuteBegan;
  }

  long refreshesInMinute() {
    return refreshesInMinute;
  }

  boolean isRevoked() {
    return isRevoked;
  }

  AccessTokens accessToken(long generation) {
    return accessTokens(generation, generation);
  }

  /** Exactly those from the oldest that may be unexpired. */
  AccessTokens liveAccessTokens(Instant now) {
    long first =
        accessTokenEnds.entrySet().stream()
            .filter(entry -> entry.getValue() >= now.getEpochSecond())
            .mapToLong(NavigableMap.Entry::getKey)
            .findFirst()
            .orElse(generation() + 1);
    return accessTokens(first, generation());
  }

  /** Those, too, that were granted without the store, if the request tells of any. */
  AccessTokens liveAccessTokens(RotationRequest request, Instant now) {
    AccessTokens known = liveAccessTokens(now);
    long last = request.presented().generation();
    if (last <= generation()) {
      return known;
    }
    long first = last - generation() > UNSEEN ? last - UNSEEN : known.first();
    RotationRequest.AccessToken token = request.accessToken();
    long end = Math.max(known.expiresAt(), token.expiresAt());
    return new AccessTokens(id, first, last, end, loginPrefix, token.prefix());
  }

  private AccessTokens accessTokens(long first, long last) {
    long end = accessTokenEnds.values().stream().mapToLong(Long::longValue).max().orElse(0);
    return new AccessTokens(id, first, last, end, loginPrefix, refreshPrefix);
  }

  /** Empty when it need not be remembered any more. */
  Optional<TokenFamily> asFound(Instant now) {
    return rememberedUntil < now.getEpochSecond()
        ? Optional.empty()
        : Optional.of(
            new TokenFamily(
                id,
                session.map(RotationRequest.Session::id),
                session.map(RotationRequest.Session::clientId),
                session.map(RotationRequest.Session::isOffline).orElse(false),
                generation(),
                created,
                made,
                isRevoked));
  }
}
