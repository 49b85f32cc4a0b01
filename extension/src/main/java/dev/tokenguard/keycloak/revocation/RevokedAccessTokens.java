package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;

/**
 * Adds revoked access tokens to the blacklist and to Keycloak's own list: those of families by
 * their ids, others by their session or user. During an outage of Redis, Keycloak refuses them by
 * its own list, and the blacklist follows after it.
 */
public final class RevokedAccessTokens {

  /** The number of entries in one round trip. */
  private static final int PAGE = 500;

  private final KeycloakSession session;
  private final Reason reason;

  /**
   * @param session a session with the realm set
   */
  public RevokedAccessTokens(KeycloakSession session, Reason reason) {
    this.session = session;
    this.reason = reason;
  }

  /** Adds the access tokens of a family until the latest expiry. */
  public void add(AccessTokens tokens) {
    addAll(List.of(tokens));
  }

  /** Adds the access tokens of families until the latest expiry of each, page by page. */
  public void addAll(Collection<AccessTokens> families) {
    List<Entry> page = new ArrayList<>();
    for (AccessTokens tokens : families) {
      for (String id : tokens.ids()) {
        page.add(Entry.ofAccessToken(id, reason, tokens.expiresAt() + 1));
        if (page.size() == PAGE) {
          record(List.copyOf(page));
          page.clear();
        }
      }
    }
    record(page);
  }

  /**
   * Adds access tokens page by page.
   *
   * @param expiresAt seconds since the epoch
   * @return whether all are recorded in Redis; if not, they wait in the outbox
   */
  public boolean addAll(List<String> ids, long expiresAt) {
    boolean isRecorded = true;
    for (int at = 0; at < ids.size(); at += PAGE) {
      List<Entry> page =
          ids.subList(at, Math.min(ids.size(), at + PAGE)).stream()
              .map(id -> Entry.ofAccessToken(id, reason, expiresAt))
              .toList();
      isRecorded &= record(page);
    }
    return isRecorded;
  }

  /**
   * Adds an access token.
   *
   * @param expiresAt seconds since the epoch
   * @return whether it is recorded in Redis; if not, it waits in the outbox
   */
  public boolean add(String id, long expiresAt) {
    return addAll(List.of(id), expiresAt);
  }

  /**
   * Adds the sessions and the user of a revocation.
   *
   * @param cutOff access tokens of the sessions issued up to and including this second are revoked
   * @throws StoreUnavailableException if Redis is unavailable
   */
  void addSessionsAndUser(Revocation revocation, long cutOff) {
    RevocationTarget.Marks marks = revocation.marks();
    List<String> sessions =
        marks.sessions().stream().map(RevocationTarget.Session::id).distinct().toList();
    long before = revocation.before();
    List<Entry> entries =
        marks.isUser()
            ? entriesOfUser(revocation.userId(), sessions, before, cutOff).toList()
            : entriesOfSessions(sessions, cutOff).toList();
    addToBlacklist(entries);
    putOnListOfKeycloak(entries);
  }

  /**
   * Adds entries to the blacklist only.
   *
   * @throws StoreUnavailableException if Redis is unavailable
   */
  public void addToBlacklist(List<Entry> entries) {
    RedisConnection.blacklistOf(session).ifPresent(list -> list.addAll(entries));
  }

  /**
   * The entries of a user and sessions. They expire with the last access token that they cover.
   *
   * @param before access tokens of the user issued before this second are revoked
   * @param cutOff access tokens of the sessions issued up to and including this second are revoked
   */
  public Stream<Entry> entriesOfUser(
      String userId, Collection<String> sessions, long before, long cutOff) {
    long expiresAt = latestExpiry();
    Entry user = Entry.ofUser(userId, before, expiresAt).withMinTtl(lifespan(expiresAt));
    return Stream.concat(Stream.of(user), entriesOfSessions(sessions, cutOff));
  }

  private Stream<Entry> entriesOfSessions(Collection<String> sessions, long cutOff) {
    long expiresAt = latestExpiry();
    return sessions.stream()
        .map(id -> Entry.ofSession(id, cutOff, reason, expiresAt))
        .map(entry -> entry.withMinTtl(lifespan(expiresAt)));
  }

  private static long lifespan(long expiresAt) {
    return expiresAt - Time.currentTime();
  }

  private long latestExpiry() {
    return MaxAccessTokenLifespan.of(session).latestExpiry(session, session.getContext().getRealm())
        + 1;
  }

  /**
   * Whether Keycloak's own list contains a token. Only this list contains the tokens that were
   * revoked before Redis was configured.
   */
  public static boolean isOnListOfKeycloak(KeycloakSession session, String id) {
    return RevokedTokenList.builtIn(session).contains(id);
  }

  /**
   * Adds entries to Keycloak's own list, and to the blacklist or, if Redis is unavailable, to the
   * outbox.
   *
   * @return whether they are on the blacklist
   */
  public boolean record(List<Entry> entries) {
    putOnListOfKeycloak(entries);
    // Expired ones are not left out, because the clock of this node may be ahead of Redis.
    try {
      addToBlacklist(entries);
      return true;
    } catch (StoreUnavailableException unavailable) {
      RevocationOutbox.of(session.getKeycloakSessionFactory())
          .keep(new Delivery.OfEntries(entries));
      return false;
    }
  }

  /** Keycloak's list restores the blacklist after a data loss of Redis. */
  private void putOnListOfKeycloak(List<Entry> entries) {
    RevokedTokenList builtIn = RevokedTokenList.builtIn(session);
    for (Entry entry : entries) {
      long lifespan = lifespan(entry.expiresAt());
      String text = entry.text();
      if (lifespan > 0 && (!entry.hasCutoff() || text.length() <= RevocationOutbox.LONGEST_TEXT)) {
        builtIn.put(text, lifespan);
      }
    }
  }
}
