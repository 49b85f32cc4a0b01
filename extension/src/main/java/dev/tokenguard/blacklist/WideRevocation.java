package dev.tokenguard.blacklist;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The revocation of what many users have: in a whole realm, or at a client. It takes its time, so
 * that it has begun and that it is done are written down.
 *
 * @param realmId the realm's id
 * @param reason why
 * @param clientId the client's internal id; empty for all that the users have
 * @param decided when, seconds since the epoch
 */
public record WideRevocation(
    String realmId, Reason reason, Optional<String> clientId, long decided) {

  private static final int PARTS = 6;
  private static final String KIND = "WIDE";

  private enum State {
    BEGUN,
    DONE
  }

  /** Written down before anything is done. */
  public String begun() {
    return text(State.BEGUN);
  }

  /** Written down when nothing is left to do. */
  public String done() {
    return text(State.DONE);
  }

  /** Those of which some texts say that they have begun, and not that they are done. */
  public static List<WideRevocation> unfinished(Collection<String> texts) {
    List<WideRevocation> found = new ArrayList<>();
    texts.forEach(text -> begun(text).ifPresent(found::add));
    found.removeIf(it -> texts.contains(it.done()));
    return found;
  }

  private static Optional<WideRevocation> begun(String text) {
    try {
      List<String> parts = WrittenDown.parts(text, PARTS);
      if (!parts.get(0).equals(KIND) || State.valueOf(parts.get(5)) != State.BEGUN) {
        return Optional.empty();
      }
      return Optional.of(
          new WideRevocation(
              parts.get(1),
              Reason.valueOf(parts.get(2)),
              Optional.of(parts.get(3)).filter(id -> !id.isEmpty()),
              Long.parseLong(parts.get(4))));
    } catch (IllegalArgumentException otherOrUnknown) {
      return Optional.empty();
    }
  }

  private String text(State state) {
    return WrittenDown.text(
        KIND, realmId, reason.name(), clientId.orElse(""), Long.toString(decided), state.name());
  }
}
