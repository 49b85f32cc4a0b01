package dev.tokenguard.rotation;

import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Revokes in two steps. Once the {@linkplain #mark mark} stands, nothing that it covers gets
 * another token; so {@linkplain #name what is named} afterwards is complete.
 */
public final class RevocationService {

  private final FamilyStore store;

  public RevocationService(FamilyStore store) {
    this.store = store;
  }

  /**
   * @return the access tokens of the families that the revocation names by their ids
   * @throws StoreUnavailableException when the store cannot be asked; the mark may then stand or
   *     not
   */
  public List<AccessTokens> mark(Revocation revocation) {
    return store.revoke(revocation);
  }

  /**
   * Ends the families that the mark covers, and names what was issued with them.
   *
   * @param isGone whether a family's session or client session is there no more. It tells families
   *     that began in the very second of the revocation: those that ended from those that a new
   *     login has just begun
   * @throws StoreUnavailableException when the store cannot be asked; some families may then be
   *     marked
   */
  public Ended name(Revocation revocation, Predicate<TokenFamily> isGone) {
    List<TokenFamily> families =
        store.find(revocation.userId()).stream()
            .filter(family -> isEndedBy(revocation, family, isGone))
            .toList();
    if (families.isEmpty()) {
      return new Ended(List.of(), Set.of());
    }
    List<String> ids = families.stream().map(TokenFamily::id).toList();
    return new Ended(
        new ArrayList<>(store.revoke(revocation.withFamilies(ids))),
        families.stream()
            .map(TokenFamily::sessionId)
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static boolean isEndedBy(
      Revocation revocation, TokenFamily family, Predicate<TokenFamily> isGone) {
    // A family without a session was revoked before anything else was told of it.
    String session = family.sessionId().orElse("");
    String client = family.clientId().orElse("");
    if (revocation.sessions().contains(session)) {
      return true;
    }
    boolean isCovered =
        revocation.isEverything()
            || revocation.clients().contains(client)
            || revocation.clientSessions().contains(new ClientSession(session, client));
    return isCovered && (isOlder(family, revocation) || isGone.test(family));
  }

  private static boolean isOlder(TokenFamily family, Revocation revocation) {
    return family
        .created()
        .filter(created -> created.getEpochSecond() < revocation.before())
        .isPresent();
  }

  /**
   * What ended.
   *
   * @param accessTokens the unexpired access tokens of the families
   * @param sessions the sessions that these belong to
   */
  public record Ended(List<AccessTokens> accessTokens, Set<String> sessions) {}
}
