package dev.tokenguard.revocation;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The rules of the blacklist in plain Java: the reference for all other lists. */
public final class InMemoryRevocationList implements RevocationList {

  private record Key(RevocationScope scope, String id) {}

  private final Clock clock;
  private final Map<Key, Entry> entries = new HashMap<>();
  private final Map<String, Long> latestExpiries = new HashMap<>();

  public InMemoryRevocationList(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean add(Entry entry) {
    Optional<Entry> known = unexpired(entry.scope(), entry.id());
    long shortest = entry.minTtl() > 0 ? now() + entry.minTtl() : 0;
    long expiresAt =
        Stream.concat(Stream.of(entry), known.stream())
            .mapToLong(Entry::expiresAt)
            .reduce(shortest, Math::max);
    Entry kept = known.filter(it -> it.cutoff() >= entry.cutoff()).orElse(entry);
    entries.put(
        new Key(entry.scope(), entry.id()),
        new Entry(kept.scope(), kept.id(), kept.cutoff(), kept.reason(), expiresAt, 0));
    return known.isEmpty();
  }

  @Override
  public synchronized void addAll(List<Entry> all) {
    all.forEach(this::add);
  }

  @Override
  public synchronized Optional<String> reasonFor(String accessTokenId) {
    return claimed(RevocationScope.ACCESS_TOKEN, accessTokenId).map(Entry::reason);
  }

  @Override
  public synchronized Optional<Hit> find(TokenIdentity token) {
    return claimed(RevocationScope.ACCESS_TOKEN, token.id())
        .or(
            () ->
                claimed(RevocationScope.SESSION, token.sessionId())
                    .filter(it -> token.issuedAt() <= it.cutoff()))
        .or(
            () ->
                claimed(RevocationScope.USER, token.userId())
                    .filter(it -> token.issuedAt() < it.cutoff()))
        .map(it -> new Hit(it.scope(), it.reason()));
  }

  @Override
  public synchronized long raiseLatestExpiry(String realmId, long expiresAt) {
    return latestExpiries.merge(realmId, expiresAt, Math::max);
  }

  @Override
  public synchronized long latestExpiry(String realmId) {
    return latestExpiries.getOrDefault(realmId, 0L);
  }

  /** The expiry of the entry with this scope and id; empty without one. */
  public synchronized OptionalLong livesUntil(Entry entry) {
    return unexpired(entry.scope(), entry.id()).stream().mapToLong(Entry::expiresAt).findFirst();
  }

  private Optional<Entry> claimed(RevocationScope scope, String id) {
    return id.isEmpty() ? Optional.empty() : unexpired(scope, id);
  }

  private Optional<Entry> unexpired(RevocationScope scope, String id) {
    return Optional.ofNullable(entries.get(new Key(scope, id)))
        .filter(it -> it.expiresAt() > now());
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }
}
