package dev.tokenguard.revocation;

import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reference: what the log promises, in a few lines. */
final class InMemoryIncidentLog implements IncidentLog {

  private final Map<String, Deque<Recorded>> byRealm = new HashMap<>();
  private final Clock clock;

  InMemoryIncidentLog(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void add(String realmId, Incident incident) {
    Deque<Recorded> ofRealm = byRealm.computeIfAbsent(realmId, id -> new ArrayDeque<>());
    ofRealm.addFirst(new Recorded(Instant.ofEpochMilli(clock.millis()), incident));
    if (ofRealm.size() > KEPT) {
      ofRealm.removeLast();
    }
  }

  @Override
  public synchronized List<Recorded> newest(
      String realmId, Optional<Type> type, int first, int max) {
    Instant oldest = clock.instant().minus(KEPT_FOR);
    return byRealm.getOrDefault(realmId, new ArrayDeque<>()).stream()
        .filter(it -> !it.time().isBefore(oldest))
        .filter(it -> type.isEmpty() || it.incident().type() == type.get())
        .skip(first)
        .limit(max)
        .toList();
  }
}
