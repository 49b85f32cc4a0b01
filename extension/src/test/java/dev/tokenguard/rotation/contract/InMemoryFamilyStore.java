package dev.tokenguard.rotation.contract;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.Marks;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.TokenPosition;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The rules of rotation in plain Java: the reference for all other stores. */
public final class InMemoryFamilyStore implements FamilyStore {

  private record SessionMark(String id, boolean isOffline) {}

  private record Exchange(String tag, String prefix, long ordinal, long expiresAt) {}

  /** The records of one user. A mark maps to its cut-off. */
  final class User {
    final Map<String, ReferenceFamily> families = new HashMap<>();
    private final Map<SessionMark, Long> sessions = new HashMap<>();
    private final Map<ClientSession, Long> clientSessions = new HashMap<>();
    private final Map<String, Long> clients = new HashMap<>();
    private final List<Exchange> exchanges = new ArrayList<>();

    /** By client: the newest token of a family that the limit of families has revoked. */
    private final Map<String, Long> newestCapped = new HashMap<>();

    private long cutoff;
    private long lastNumber;

    Instant now() {
      return clock.instant();
    }

    long second() {
      return now().getEpochSecond();
    }

    Optional<ReferenceFamily> known(String id) {
      return Optional.ofNullable(families.get(id)).filter(ReferenceFamily::isKept);
    }

    /** The recorded family, or a new one, which is added. */
    private ReferenceFamily kept(String id) {
      ReferenceFamily family = known(id).orElseGet(() -> new ReferenceFamily(id, this));
      families.put(id, family);
      return family;
    }

    long nextNumber() {
      return ++lastNumber;
    }

    private void cap(ReferenceFamily family) {
      family.cap();
      String client = family.session.orElseThrow().clientId();
      newestCapped.merge(client, family.newestIssuedAt, Math::max);
    }

    boolean mayBeCapped(String client, long issuedAt) {
      return issuedAt <= newestCapped.getOrDefault(client, -1L);
    }

    /** The narrowest mark that covers the session. */
    Optional<RevocationScope> markOf(
        RotationRequest.Session session, long started, long clientStarted) {
      SessionMark mark = new SessionMark(session.id(), session.isOffline());
      if (started <= sessions.getOrDefault(mark, -1L)) {
        return Optional.of(RevocationScope.SESSION);
      }
      ClientSession clientSession = new ClientSession(session.id(), session.clientId());
      if (clientStarted < clientSessions.getOrDefault(clientSession, 0L)
          || clientStarted < clients.getOrDefault(session.clientId(), 0L)) {
        return Optional.of(RevocationScope.CLIENT_SESSION);
      }
      return Optional.of(RevocationScope.USER).filter(it -> started < cutoff);
    }

    private void mark(Marks marks, long before) {
      for (boolean isOffline : new boolean[] {false, true}) {
        marks.sessions().stream()
            .filter(it -> it.kind().covers(isOffline))
            .map(it -> new SessionMark(it.id(), isOffline))
            .forEach(it -> sessions.merge(it, before, Math::max));
      }
      marks.clientSessions().forEach(it -> clientSessions.merge(it, before, Math::max));
      marks.clients().forEach(it -> clients.merge(it, before, Math::max));
      cutoff = marks.isUser() ? Math.max(cutoff, before) : cutoff;
    }
  }

  private final Clock clock;
  private final Map<String, User> users = new HashMap<>();

  public InMemoryFamilyStore(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
    User user = user(login.userId());
    boolean isRevoked = decision(login, policy, it -> false).revoked().isPresent();
    ReferenceFamily family = user.kept(login.presented().family());
    boolean isNew = family.session.isEmpty();
    if (isNew) {
      family.begin(login);
    }
    if (isRevoked) {
      family.revoke(login.successor().revokedRetainUntil());
      return List.of(family.unexpired());
    }
    List<ReferenceFamily> exceeding =
        isNew && !policy.isObserving() ? exceeding(family, user, policy) : List.of();
    exceeding.forEach(user::cap);
    return exceeding.stream().map(ReferenceFamily::unexpired).toList();
  }

  /** The oldest families at the client that exceed the limit of the policy. */
  private List<ReferenceFamily> exceeding(
      ReferenceFamily newest, User user, RotationPolicy policy) {
    String client = newest.session.orElseThrow().clientId();
    List<ReferenceFamily> active =
        user.families.values().stream()
            .filter(it -> it.session.filter(of -> of.clientId().equals(client)).isPresent())
            .filter(it -> it == newest || it.isActive())
            .sorted(Comparator.comparing(it -> it.number))
            .toList();
    int limit = policy.maxFamiliesPerUserAndClient();
    int many = limit == 0 ? 0 : Math.max(0, active.size() - limit);
    return active.subList(0, Math.min(many, CAPPED_PER_LOGIN));
  }

  @Override
  public synchronized RefreshDecision rotate(
      RotationRequest request, RotationPolicy policy, Predicate<String> isUnacknowledged) {
    return decision(request, policy, isUnacknowledged).decision();
  }

  private ReferenceDecision decision(
      RotationRequest request, RotationPolicy policy, Predicate<String> isUnacknowledged) {
    return new ReferenceDecision(request, policy, user(request.userId()), isUnacknowledged);
  }

  @Override
  public synchronized List<AccessTokens> revoke(Revocation revocation) {
    User user = user(revocation.userId());
    List<AccessTokens> revoked = new ArrayList<>();
    for (String id : revocation.marks().families()) {
      user.known(id).ifPresent(it -> revoked.add(it.unexpired()));
      user.kept(id).revoke(revocation.retainUntil());
    }
    user.mark(revocation.marks(), revocation.before());
    return revoked;
  }

  @Override
  public synchronized void find(String userId, Consumer<TokenFamily> each) {
    user(userId).families.values().stream()
        .flatMap(family -> family.found().stream())
        .forEach(each);
  }

  @Override
  public synchronized long recordExchange(
      String userId, String tag, String prefix, long expiresAt) {
    List<Exchange> exchanges = user(userId).exchanges;
    long ordinal =
        1
            + exchanges.stream()
                .filter(it -> it.tag().equals(tag) && it.prefix().equals(prefix))
                .count();
    exchanges.add(new Exchange(tag, prefix, ordinal, expiresAt));
    return ordinal;
  }

  @Override
  public synchronized List<String> exchanged(String userId, String tag) {
    return user(userId).exchanges.stream()
        .filter(it -> it.tag().equals(tag) && it.expiresAt() >= clock.instant().getEpochSecond())
        .map(it -> TokenPosition.exchangedTokenId(tag, it.prefix(), it.ordinal()))
        .toList();
  }

  /** Loses all records, as a flushed Redis does. */
  public synchronized void flush() {
    users.clear();
  }

  private User user(String id) {
    return users.computeIfAbsent(id, unknown -> new User());
  }
}
