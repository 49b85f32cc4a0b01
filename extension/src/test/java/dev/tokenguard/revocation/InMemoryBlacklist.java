package dev.tokenguard.revocation;

import dev.tokenguard.revocation.BlacklistEntry.OfAccessToken;
import dev.tokenguard.revocation.BlacklistEntry.OfSession;
import dev.tokenguard.revocation.BlacklistEntry.OfUser;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The rules of the blacklist in plain Java: the reference that every other one is compared with.
 */
public final class InMemoryBlacklist implements Blacklist {

  /** What an entry is about; no two kinds share a name. */
  private record Subject(RevocationScope kind, String id) {

    static Subject of(BlacklistEntry entry) {
      if (entry instanceof OfAccessToken token) {
        return new Subject(RevocationScope.ACCESS_TOKEN, token.id());
      }
      if (entry instanceof OfSession session) {
        return new Subject(RevocationScope.SESSION, session.id());
      }
      return new Subject(RevocationScope.USER, ((OfUser) entry).userId());
    }
  }

  /** What is remembered. */
  private record Standing(String reason, long cutoff, long expiresAt) {

    static Standing of(BlacklistEntry entry, long now) {
      long least = entry.minTtl() > 0 ? now + entry.minTtl() : 0;
      long expiresAt = Math.max(entry.expiresAt(), least);
      if (entry instanceof OfAccessToken token) {
        return new Standing(token.reason().word(), 0, expiresAt);
      }
      if (entry instanceof OfSession session) {
        return new Standing(session.reason().word(), session.cutoff(), expiresAt);
      }
      return new Standing("", ((OfUser) entry).issuedBefore(), expiresAt);
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

  public InMemoryBlacklist(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean add(BlacklistEntry entry) {
    Subject subject = Subject.of(entry);
    Optional<Standing> standing = standing(subject);
    Standing added = Standing.of(entry, now());
    all.put(subject, standing.map(it -> it.strengthenedBy(added)).orElse(added));
    return standing.isEmpty();
  }

  @Override
  public synchronized void addAll(List<? extends BlacklistEntry> entries) {
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

  /** Until when there is an entry about the same; empty when there is none. */
  public synchronized OptionalLong livesUntil(BlacklistEntry entry) {
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
