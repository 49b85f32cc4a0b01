package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A family in the {@link InMemoryFamilyStore}. */
final class RememberedFamily {

  /** How far back access tokens count where the store has not seen them issued. */
  private static final long UNSEEN = 64;

  /** How much longer than its access tokens a family is kept that was one too many. */
  private static final long CLOCK_MARGIN = 60;

  private final String id;
  private final NavigableMap<Long, Long> accessTokenEnds = new TreeMap<>();
  private final NavigableMap<Long, Long> replayEnds = new TreeMap<>();
  private Optional<RotationRequest.Session> session = Optional.empty();
  private Optional<Instant> created = Optional.empty();
  private String loginPrefix;
  private String refreshPrefix = "";
  private SuccessorToken newest;
  private Instant made;
  private RequestContext rotatedFrom = new RequestContext("", "");
  private long replays;
  private long replayed;
  private String attempt = "";
  private long number;
  private Optional<String> parentTag = Optional.empty();
  private long minuteBegan;
  private long refreshesInMinute;
  private boolean isRevoked;
  private boolean isCapped;
  private long rememberedUntil;

  private RememberedFamily(String id, String loginPrefix, SuccessorToken newest, Instant made) {
    this.id = id;
    this.loginPrefix = loginPrefix;
    this.newest = newest;
    this.made = made;
  }

  /** One that begins with this refresh, whatever its generation. */
  static RememberedFamily beginningWith(RotationRequest request, Instant now) {
    SuccessorToken presented =
        new SuccessorToken(
            request.presented().generation(),
            request.child().issuedAt(),
            request.child().expiresAt(),
            0,
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
        id, "", new SuccessorToken(0, now.getEpochSecond(), 0, 0, Optional.empty()), now);
  }

  /** Its login is told; all that was known before is that it is revoked, if anything. */
  static RememberedFamily begunBy(
      RotationRequest login,
      Optional<RememberedFamily> known,
      InMemoryFamilyStore.User user,
      Instant now) {
    String id = login.presented().family();
    RememberedFamily family = known.orElseGet(() -> neverRefreshed(id, now));
    family.newest =
        new SuccessorToken(
            0, login.child().issuedAt(), login.child().expiresAt(), 0, login.binding());
    family.rotatedFrom = login.context();
    family.loginPrefix = login.accessToken().loginPrefix();
    family.accessTokenEnds.put(0L, login.accessToken().expiresAt());
    family.rememberUntil(login.child().retainUntil());
    family.belongTo(login, user, now);
    return family;
  }

  /** The lineage goes on from the presented token. */
  SuccessorToken step(
      RotationRequest request,
      Optional<RequestContext> binding,
      InMemoryFamilyStore.User user,
      Instant now) {
    if (request.presented().generation() > generation()) {
      assumeAccessTokens(request);
    }
    newest =
        new SuccessorToken(
            request.presented().generation() + 1,
            request.child().issuedAt(),
            request.child().expiresAt(),
            0,
            binding);
    made = now;
    replays = 0;
    rotatedFrom = request.context();
    refreshPrefix = request.accessToken().prefix();
    forgetExpired(now);
    accessTokenEnds.merge(generation(), request.accessToken().expiresAt(), Math::max);
    answer(request, user, now);
    return newest;
  }

  /** Nobody was given the newest child before. */
  void beginGrace(Instant now) {
    made = now;
    replays = 0;
  }

  /** The newest child is given once more, with an access token of its own. */
  SuccessorToken replay(
      RotationRequest request, boolean usesUpGrace, InMemoryFamilyStore.User user, Instant now) {
    replays += usesUpGrace ? 1 : 0;
    replayed++;
    forgetExpired(now);
    replayEnds.put(replayed, request.accessToken().expiresAt());
    answer(request, user, now);
    return new SuccessorToken(
        newest.generation(), newest.issuedAt(), newest.expiresAt(), replayed, newest.binding());
  }

  /** What has expired once is expired for good, even when the clock is set back. */
  private void forgetExpired(Instant now) {
    accessTokenEnds.values().removeIf(end -> end < now.getEpochSecond());
    replayEnds.values().removeIf(end -> end < now.getEpochSecond());
  }

  private void answer(RotationRequest request, InMemoryFamilyStore.User user, Instant now) {
    attempt = request.attempt().id();
    rememberUntil(request.child().retainUntil());
    belongTo(request, user, now);
  }

  void belongTo(RotationRequest request, InMemoryFamilyStore.User user, Instant now) {
    if (session.isEmpty()) {
      session = Optional.of(request.session());
      created = Optional.of(Instant.ofEpochSecond(now.getEpochSecond()));
      parentTag = request.parentTag();
      number = user.nextNumber();
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

  /** Revoked because it was one too many: it is kept until its access tokens have expired. */
  void cap(Instant now) {
    isRevoked = true;
    isCapped = true;
    long end = Math.max(now.getEpochSecond(), liveAccessTokens(now).expiresAt() + CLOCK_MARGIN);
    rememberedUntil = Math.min(rememberedUntil, end);
  }

  boolean isKept(Instant now) {
    return !isCapped || rememberedUntil >= now.getEpochSecond();
  }

  long newestIssuedAt() {
    return newest.issuedAt();
  }

  void rememberUntil(long second) {
    rememberedUntil = Math.max(rememberedUntil, second);
  }

  Optional<RotationRequest.Session> session() {
    return session;
  }

  /** Its place among the families of the user. */
  long number() {
    return number;
  }

  /** The attempt that was granted the newest child last. */
  String attempt() {
    return attempt;
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

  /** Those that came with the newest child. */
  AccessTokens newestAccessTokens() {
    return accessTokens(generation(), generation(), replayed - replays + 1);
  }

  /** The one of a generation. */
  AccessTokens accessToken(long generation) {
    return accessTokens(generation, generation, replayed + 1);
  }

  /** Exactly those from the oldest that may be unexpired. */
  AccessTokens liveAccessTokens(Instant now) {
    long first =
        accessTokenEnds.entrySet().stream()
            .filter(entry -> entry.getValue() >= now.getEpochSecond())
            .mapToLong(NavigableMap.Entry::getKey)
            .findFirst()
            .orElse(generation() + 1);
    long firstReplay =
        replayEnds.entrySet().stream()
            .filter(entry -> entry.getValue() >= now.getEpochSecond())
            .mapToLong(NavigableMap.Entry::getKey)
            .findFirst()
            .orElse(replayed + 1);
    return accessTokens(first, generation(), firstReplay);
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
    return new AccessTokens(
        id, first, last, known.firstReplay(), replayed, end, loginPrefix, token.prefix());
  }

  private AccessTokens accessTokens(long first, long last, long firstReplay) {
    long end =
        Stream.concat(accessTokenEnds.values().stream(), replayEnds.values().stream())
            .mapToLong(Long::longValue)
            .max()
            .orElse(0);
    return new AccessTokens(
        id, first, last, firstReplay, replayed, end, loginPrefix, refreshPrefix);
  }

  /** Empty when it need not be remembered any more. */
  Optional<TokenFamily> asFound(Instant now, InMemoryFamilyStore.User user) {
    boolean isMarked =
        session
            .flatMap(
                it ->
                    user.scope(it, created.get().getEpochSecond(), created.get().getEpochSecond()))
            .isPresent();
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
                isRevoked || isMarked,
                liveAccessTokens(now),
                parentTag));
  }
}
