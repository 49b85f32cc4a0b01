package dev.tokenguard.rotation;

import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.ArrayList;
import java.util.List;

/** Revokes, and names the access tokens that were issued with what is revoked. */
public final class RevocationService {

  private final FamilyStore store;

  public RevocationService(FamilyStore store) {
    this.store = store;
  }

  /**
   * Marks first and looks afterwards. Once the mark stands, no family of it gets another token; so
   * none is overlooked.
   *
   * @return the unexpired access tokens of all families that ended and were ever refreshed
   * @throws StoreUnavailableException when the store cannot be asked; the mark may then stand or
   *     not
   */
  public List<AccessTokens> revoke(Revocation revocation) {
    List<AccessTokens> ended = new ArrayList<>(store.revoke(revocation));
    List<String> families =
        store.find(revocation.userId()).stream()
            .filter(family -> isEndedBy(revocation, family))
            .map(TokenFamily::id)
            .toList();
    if (!families.isEmpty()) {
      ended.addAll(store.revoke(revocation.withFamilies(families)));
    }
    return ended;
  }

  private static boolean isEndedBy(Revocation revocation, TokenFamily family) {
    // A family without a session was revoked before it was ever refreshed.
    String session = family.sessionId().orElse("");
    ClientSession clientSession = new ClientSession(session, family.clientId().orElse(""));
    boolean isBeforeCutOff =
        family
            .created()
            .filter(created -> created.getEpochSecond() < revocation.everythingBefore())
            .isPresent();
    return isBeforeCutOff
        || revocation.sessions().contains(session)
        || revocation.clientSessions().contains(clientSession);
  }
}
