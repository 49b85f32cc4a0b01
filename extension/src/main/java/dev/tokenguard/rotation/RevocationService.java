package dev.tokenguard.rotation;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Revokes in two steps. Once the {@linkplain #mark mark} stands, nothing that it covers gets
 * another token; so {@linkplain Marked#name what is named} afterwards is complete.
 */
public final class RevocationService {

  /** How many families are handed on at once. */
  static final int PAGE = 200;

  private final FamilyStore store;

  public RevocationService(FamilyStore store) {
    this.store = store;
  }

  /**
   * Marks what a revocation names. In the same step it asks for the families that the marks of
   * client sessions and clients cover. Those of sessions and users are not listed: resource servers
   * know their access tokens by {@code sid} and {@code sub}.
   *
   * @throws StoreUnavailableException when the store cannot be asked; the mark may then stand or
   *     not
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

  /** What is marked, and the access tokens to name. */
  public final class Marked {
    private final Revocation revocation;
    private final FamilyStore.RevokedFamilies revoked;

    private Marked(Revocation revocation, FamilyStore.RevokedFamilies revoked) {
      this.revocation = revocation;
      this.revoked = revoked;
    }

    /** The access tokens of the families that the revocation names by their ids. */
    public List<AccessTokens> accessTokens() {
      return revoked.accessTokens();
    }

    /**
     * Names the unexpired access tokens of the listed families, page by page.
     *
     * @param isGone whether a family's session or client session no longer exists. It tells
     *     families that began in the very second of the revocation: those that were terminated from
     *     those that a new login has just begun
     * @param named takes the access tokens of some families; the same may come twice
     * @throws StoreUnavailableException when the store cannot be asked; some pages may then have
     *     been handed on
     */
    public void name(Predicate<TokenFamily> isGone, Consumer<? super List<AccessTokens>> named) {
      RevocationTarget.Marks marks = revocation.marks();
      Page page = new Page(revocation, named);
      Set<ClientSession> clientSessions = new HashSet<>(marks.clientSessions());
      Set<String> clients = new HashSet<>(marks.clients());
      revoked
          .families()
          .accept(
              family -> {
                // A family without a session was revoked before anything else was recorded of it.
                String session = family.sessionId().orElse("");
                String client = family.clientId().orElse("");
                if (clients.contains(client)
                    || clientSessions.contains(new ClientSession(session, client))) {
                  page.add(family, isGone);
                }
              });
      page.handOn();
    }
  }

  private static boolean isOlder(TokenFamily family, Revocation revocation) {
    return family
        .created()
        .filter(created -> created.getEpochSecond() < revocation.before())
        .isPresent();
  }

  /** Families that are handed on together. */
  private final class Page {
    private final Revocation revocation;
    private final Consumer<? super List<AccessTokens>> named;
    private final List<AccessTokens> covered = new ArrayList<>();
    private final List<String> ofThatSecond = new ArrayList<>();

    private Page(Revocation revocation, Consumer<? super List<AccessTokens>> named) {
      this.revocation = revocation;
      this.named = named;
    }

    private void add(TokenFamily family, Predicate<TokenFamily> isGone) {
      if (isOlder(family, revocation)) {
        if (!family.accessTokens().isEmpty()) {
          covered.add(family.accessTokens());
        }
      } else if (!family.isRevoked() && isGone.test(family)) {
        ofThatSecond.add(family.id());
      } else if (family.isRevoked() && !family.accessTokens().isEmpty() && isGone.test(family)) {
        covered.add(family.accessTokens());
      }
      if (covered.size() + ofThatSecond.size() >= PAGE) {
        handOn();
      }
    }

    private void handOn() {
      // The marks of this second spare a login of the same second, so these are marked by their
      // ids.
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
        named.accept(List.copyOf(covered));
        covered.clear();
      }
    }
  }
}
