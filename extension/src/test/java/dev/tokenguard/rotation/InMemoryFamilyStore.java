package dev.tokenguard.rotation;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The rules of rotation in plain Java, without a thought for space or speed: the reference that
 * every other store is compared with.
 */
public final class InMemoryFamilyStore implements FamilyStore {

  /** All that is remembered of one user. Marks hold their cut-offs. */
  static final class User {
    final Map<String, RememberedFamily> families = new HashMap<>();
    final Map<RevocationTarget.Session, Long> sessions = new HashMap<>();
    final Map<RevocationTarget.ClientSession, Long> clientSessions = new HashMap<>();
    final Map<String, Long> clients = new HashMap<>();
    final Map<String, Map<String, NavigableMap<Long, Long>>> exchanged = new HashMap<>();
    final Map<String, Long> watermarks = new HashMap<>();
    long everythingBefore;
    private long listed;

    /** Without those that were too many and whose access tokens have expired. */
    Optional<RememberedFamily> known(String id, Instant now) {
      return Optional.ofNullable(families.get(id)).filter(it -> it.isKept(now));
    }

    /** One family too many: its record goes early, the watermark of its client stays. */
    void cap(RememberedFamily family, Instant now) {
      family.cap(now);
      String client = family.session().orElseThrow().clientId();
      watermarks.merge(client, family.newestIssuedAt(), Math::max);
    }

    /** Whether a token that was issued then can be of a family that was too many at the client. */
    boolean mayBeCapped(String client, long issuedAt) {
      return issuedAt <= watermarks.getOrDefault(client, -1L);
    }

    /** In the order in which they were recorded. */
    long nextNumber() {
      return ++listed;
    }

    /** What revokes a family of the session, the narrowest first. */
    Optional<RevocationScope> scope(
        RotationRequest.Session session, long started, long clientStarted) {
      RevocationTarget.Session kind =
          session.isOffline()
              ? Revocations.offline(session.id())
              : Revocations.online(session.id());
      if (started <= sessions.getOrDefault(kind, -1L)) {
        return Optional.of(RevocationScope.SESSION);
      }
      RevocationTarget.ClientSession clientSession =
          new RevocationTarget.ClientSession(session.id(), session.clientId());
      if (clientStarted < clientSessions.getOrDefault(clientSession, 0L)
          || clientStarted < clients.getOrDefault(session.clientId(), 0L)) {
        return Optional.of(RevocationScope.CLIENT_SESSION);
      }
      return started < everythingBefore ? Optional.of(RevocationScope.USER) : Optional.empty();
    }

    private void mark(Revocation revocation) {
      long before = revocation.before();
      RevocationTarget.Marks marks = revocation.marks();
      for (RevocationTarget.Session it : marks.sessions()) {
        if (it.kind().covers(false)) {
          sessions.merge(Revocations.online(it.id()), before, Math::max);
        }
        if (it.kind().covers(true)) {
          sessions.merge(Revocations.offline(it.id()), before, Math::max);
        }
      }
      marks.clientSessions().forEach(it -> clientSessions.merge(it, before, Math::max));
      marks.clients().forEach(it -> clients.merge(it, before, Math::max));
      if (marks.isUser()) {
        everythingBefore = Math.max(everythingBefore, before);
      }
    }
  }

  private final Clock clock;
  private final Map<String, User> users = new HashMap<>();

  public InMemoryFamilyStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    return new Beginning(login, policy, user(login.userId()), clock.instant()).ended();
  }

  @Override
  public synchronized RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> wasUnanswered) {
    return new Judgement(request, policy, user(request.userId()), clock.instant(), wasUnanswered)
        .decision();
  }

  @Override
  public synchronized List<AccessTokens> revoke(Revocation revocation) {
    User user = user(revocation.userId());
    List<AccessTokens> revoked = new ArrayList<>();
    for (String id : revocation.marks().families()) {
      RememberedFamily known = user.known(id, clock.instant()).orElse(null);
      if (known == null) {
        known = RememberedFamily.neverRefreshed(id, clock.instant());
        user.families.put(id, known);
      } else {
        revoked.add(known.liveAccessTokens(clock.instant()));
      }
      known.revoke();
      known.rememberUntil(revocation.retainUntil());
    }
    user.mark(revocation);
    return revoked;
  }

  @Override
  public synchronized void find(String userId, Consumer<TokenFamily> each) {
    User user = user(userId);
    Instant now = clock.instant();
    user.families.values().stream()
        .map(family -> family.asFound(now, user))
        .flatMap(Optional::stream)
        .forEach(each);
  }

  @Override
  public synchronized long recordExchange(
      String userId, String tag, String prefix, long expiresAt) {
    NavigableMap<Long, Long> ends =
        user(userId)
            .exchanged
            .computeIfAbsent(tag, it -> new TreeMap<>())
            .computeIfAbsent(prefix, it -> new TreeMap<>());
    long ordinal = ends.isEmpty() ? 1 : ends.lastKey() + 1;
    ends.put(ordinal, expiresAt);
    return ordinal;
  }

  @Override
  public synchronized List<String> exchanged(String userId, String tag) {
    List<String> found = new ArrayList<>();
    user(userId)
        .exchanged
        .getOrDefault(tag, Map.of())
        .forEach(
            (prefix, ends) ->
                ends.forEach(
                    (ordinal, end) -> {
                      if (end >= clock.instant().getEpochSecond()) {
                        found.add(TokenPosition.exchangedTokenId(tag, prefix, ordinal));
                      }
                    }));
    return found;
  }

  /** Loses everything, as a flushed Redis does. */
  public synchronized void forget() {
    users.clear();
  }

  private User user(String id) {
    return users.computeIfAbsent(id, unknown -> new User());
  }
}
