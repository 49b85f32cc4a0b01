package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Known to all who share it, and never forgotten by itself. */
final class InMemoryUnacknowledgedRotations implements UnacknowledgedRotations {

  private record Unanswered(TokenPosition presented, String attempt) {}

  private final Set<Unanswered> all = ConcurrentHashMap.newKeySet();

  @Override
  public void remember(TokenPosition presented, String attempt) {
    all.add(new Unanswered(presented, attempt));
  }

  @Override
  public boolean contains(TokenPosition presented, String attempt) {
    return all.contains(new Unanswered(presented, attempt));
  }
}
