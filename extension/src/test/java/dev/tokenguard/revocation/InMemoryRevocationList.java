package dev.tokenguard.revocation;

import dev.tokenguard.revocation.RevocationList.Entry;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The rules of the blacklist in plain Java: the reference that every other one is compared with.
 */
public final class InMemoryRevocationList implements RevocationList {

  /** What an entry is about; no two kinds share a name. */
  private record Subject(RevocationScope scope, String id) {

    static Subject of(Entry entry) {
      return new Subject(entry.scope(), entry.id());
    }
  }

  /** What is remembered. */
  private record Standing(String reason, long cutoff, long expiresAt) {

    static Standing of(Entry entry, long now) {
      long least = entry.minTtl() > 0 ? now + entry.minTtl() : 0;
      long expiresAt = Math.max(entry.expiresAt(), least);
      return new Standing(entry.reason(), entry.cutoff(), expiresAt);
    }

    Standing strengthenedBy(Standing later) {
      boolean isLater = later.cutoff > cutoff;
      return new Standing(
          isLater ? later.reason : reason,
          isLater ? later.cutoff : cutoff,
          Math.max(expiresAt, later.expiresAt));
    }
  }

  private final Clock clock;
  private final Map<Subject, Standing> all = new HashMap<>();
  private final Map<String, Long> latestExpiries = new HashMap<>();

  public InMemoryRevocationList(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean add(Entry entry) {
    Subject subject = Subject.of(entry);
    Optional<Standing> standing = standing(subject);
    Standing added = Standing.of(entry, now());
    all.put(subject, standing.map(it -> it.strengthenedBy(added)).orElse(added));
    return standing.isEmpty();
  }

  @Override
  public synchronized void addAll(List<Entry> entries) {
    entries.forEach(this::add);
  }

  @Override
  public synchronized Optional<String> reasonFor(String accessTokenId) {
    return claimed(RevocationScope.ACCESS_TOKEN, accessTokenId).map(Standing::reason);
  }

  @Override
  public synchronized Optional<Hit> find(TokenIdentity token) {
    return claimed(RevocationScope.ACCESS_TOKEN, token.id())
        .map(it -> new Hit(RevocationScope.ACCESS_TOKEN, it.reason()))
        .or(
            () ->
                claimed(RevocationScope.SESSION, token.sessionId())
                    .filter(it -> token.issuedAt() <= it.cutoff())
                    .map(it -> new Hit(RevocationScope.SESSION, it.reason())))
        .or(
            () ->
                claimed(RevocationScope.USER, token.userId())
                    .filter(it -> token.issuedAt() < it.cutoff())
                    .map(it -> new Hit(RevocationScope.USER, it.reason())));
  }

  @Override
  public synchronized long raiseLatestExpiry(String realmId, long expiresAt) {
    return latestExpiries.merge(realmId, expiresAt, Math::max);
  }

  @Override
  public synchronized long latestExpiry(String realmId) {
    return latestExpiries.getOrDefault(realmId, 0L);
  }

  /** Until when there is an entry about the same; empty when there is none. */
  public synchronized OptionalLong livesUntil(Entry entry) {
    return standing(Subject.of(entry)).stream().mapToLong(Standing::expiresAt).findFirst();
  }

  private Optional<Standing> claimed(RevocationScope kind, String id) {
    return id.isEmpty() ? Optional.empty() : standing(new Subject(kind, id));
  }

  private Optional<Standing> standing(Subject subject) {
    return Optional.ofNullable(all.get(subject)).filter(it -> it.expiresAt() > now());
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }
}
