package dev.tokenguard.rotation;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Revokes in two steps. After {@link #mark}, no token that the revocation covers can be refreshed,
 * so the access tokens that {@link Marked#accessTokens} passes on are complete.
 */
public final class RevocationService {

  /** The number of families in one page. */
  static final int PAGE = 200;

  private final FamilyStore store;

  public RevocationService(FamilyStore store) {
    this.store = store;
  }

  /**
   * Records the marks of a revocation, and in the same step finds the families that the marks of
   * client sessions and clients cover. The families of sessions and users are not needed, because
   * resource servers recognize their access tokens by {@code sid} and {@code sub}.
   *
   * @throws StoreUnavailableException if the store is unavailable; the marks may then be recorded
   */
  public Marked mark(Revocation revocation) {
    RevocationTarget.Marks marks = revocation.marks();
    boolean isListed = !marks.clientSessions().isEmpty() || !marks.clients().isEmpty();
    return new Marked(
        revocation,
        isListed
            ? store.revokeAndFind(revocation)
            : new FamilyStore.RevokedFamilies(store.revoke(revocation), each -> {}));
  }

  /** A recorded revocation, with the access tokens that it covers. */
  public final class Marked {
    private final Revocation revocation;
    private final FamilyStore.RevokedFamilies revoked;

    private Marked(Revocation revocation, FamilyStore.RevokedFamilies revoked) {
      this.revocation = revocation;
      this.revoked = revoked;
    }

    /**
     * Passes on the unexpired access tokens of the families whose ids the revocation contains, and
     * of the families found, page by page.
     *
     * @param isFirst whether the caller has just removed the client sessions of the revocation,
     *     also those of its second. A refresh that was granted before can put one back into
     *     Keycloak's cache until it is completed, so it is not looked up whether they are gone
     * @param isGone whether the session or client session of a family no longer exists. Of the
     *     families that began in the second of the revocation, it distinguishes the terminated ones
     *     from those of a new login
     * @param receiver gets the access tokens of a page; a family may occur twice
     * @throws StoreUnavailableException if the store is unavailable; some pages may then have been
     *     passed on
     */
    public void accessTokens(
        boolean isFirst,
        Predicate<TokenFamily> isGone,
        Consumer<? super List<AccessTokens>> receiver) {
      RevocationTarget.Marks marks = revocation.marks();
      Page page = new Page(revocation, receiver);
      Set<String> byId = new HashSet<>(marks.families());
      revoked.accessTokens().forEach(page::add);
      Set<ClientSession> clientSessions = new HashSet<>(marks.clientSessions());
      Set<String> clients = new HashSet<>(marks.clients());
      revoked
          .families()
          .accept(
              family -> {
                // A family without a session was revoked before its login or refresh was recorded.
                String session = family.sessionId().orElse("");
                String client = family.clientId().orElse("");
                boolean isMarked = clientSessions.contains(new ClientSession(session, client));
                if (!byId.contains(family.id()) && (isMarked || clients.contains(client))) {
                  page.add(family, isFirst && isMarked ? removed -> true : isGone);
                }
              });
      page.flush();
    }
  }

  private static boolean isOlder(TokenFamily family, Revocation revocation) {
    return family
        .created()
        .filter(created -> created.getEpochSecond() < revocation.before())
        .isPresent();
  }

  /** The families of one page. */
  private final class Page {
    private final Revocation revocation;
    private final Consumer<? super List<AccessTokens>> receiver;
    private final List<AccessTokens> covered = new ArrayList<>();
    private final List<String> ofThatSecond = new ArrayList<>();

    private Page(Revocation revocation, Consumer<? super List<AccessTokens>> receiver) {
      this.revocation = revocation;
      this.receiver = receiver;
    }

    private void add(TokenFamily family, Predicate<TokenFamily> isGone) {
      if (isOlder(family, revocation) || family.isRevoked() && isGone.test(family)) {
        add(family.accessTokens());
      } else if (!family.isRevoked() && isGone.test(family)) {
        ofThatSecond.add(family.id());
        flushIfFull();
      }
    }

    private void add(AccessTokens tokens) {
      if (!tokens.isEmpty()) {
        covered.add(tokens);
        flushIfFull();
      }
    }

    private void flushIfFull() {
      if (covered.size() + ofThatSecond.size() >= PAGE) {
        flush();
      }
    }

    private void flush() {
      // The marks exclude logins of the second of the revocation, so these families are marked by
      // their ids.
      if (!ofThatSecond.isEmpty()) {
        RevocationTarget families =
            new RevocationTarget.Families(revocation.userId(), List.copyOf(ofThatSecond));
        store
            .revoke(new Revocation(families, revocation.before(), revocation.retainUntil()))
            .stream()
            .filter(tokens -> !tokens.isEmpty())
            .forEach(covered::add);
        ofThatSecond.clear();
      }
      if (!covered.isEmpty()) {
        receiver.accept(List.copyOf(covered));
        covered.clear();
      }
    }
  }
}
