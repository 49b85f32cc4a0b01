package dev.tokenguard.rotation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Known to all who share it, and never forgotten by itself. */
final class InMemoryUnansweredRefreshes implements UnansweredRefreshes {

  private final Set<Place> places = ConcurrentHashMap.newKeySet();

  @Override
  public void remember(Place presented) {
    places.add(presented);
  }

  @Override
  public boolean contains(Place presented) {
    return places.contains(presented);
  }

  @Override
  public void forget(Place presented) {
    places.remove(presented);
  }
}
