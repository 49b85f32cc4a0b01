package dev.tokenguard.rotation;

import java.util.List;

/**
 * What is to be revoked of one user: whatever began before a time. Applied twice, late, or again
 * after a restart, it affects nothing that began afterwards.
 *
 * @param userId the user's id in Keycloak
 * @param families ids of families, with or without a record
 * @param clientSessions client sessions that began before {@code before}; so a new login at the
 *     same client in the same session is not affected
 * @param clients internal ids of clients: what the user has there since before {@code before}
 * @param sessions user sessions that began at {@code before} or earlier
 * @param isEverything whether all sessions that began before {@code before} are revoked
 * @param before when it was decided, seconds since the epoch
 * @param retainUntil until when the revocation matters, seconds since the epoch
 */
public record Revocation(
    String userId,
    List<String> families,
    List<ClientSession> clientSessions,
    List<String> clients,
    List<Session> sessions,
    boolean isEverything,
    long before,
    long retainUntil) {

  public Revocation {
    families = List.copyOf(families);
    clientSessions = List.copyOf(clientSessions);
    clients = List.copyOf(clients);
    sessions = List.copyOf(sessions);
  }

  public record ClientSession(String sessionId, String clientId) {}

  /** An online and an offline session may have one id. */
  public record Session(String id, SessionKind kind) {
    public static Session online(String id) {
      return new Session(id, SessionKind.ONLINE);
    }

    public static Session offline(String id) {
      return new Session(id, SessionKind.OFFLINE);
    }

    public static Session both(String id) {
      return new Session(id, SessionKind.BOTH);
    }
  }

  /** Which sessions of an id are meant. */
  public enum SessionKind {
    ONLINE,
    OFFLINE,
    BOTH;

    public boolean covers(boolean isOffline) {
      return this == BOTH || (this == OFFLINE) == isOffline;
    }
  }

  public static Revocation ofFamily(String userId, String family, long retainUntil) {
    return ofFamilies(userId, List.of(family), 0, retainUntil);
  }

  public static Revocation ofFamilies(
      String userId, List<String> families, long before, long retainUntil) {
    return new Revocation(
        userId, families, List.of(), List.of(), List.of(), false, before, retainUntil);
  }

  public static Revocation ofClientSessions(
      String userId,
      List<ClientSession> clientSessions,
      List<String> families,
      long before,
      long retainUntil) {
    return new Revocation(
        userId, families, clientSessions, List.of(), List.of(), false, before, retainUntil);
  }

  /** All that the user has at a client; the client sessions are those that are known of it. */
  public static Revocation ofClient(
      String userId,
      String client,
      List<ClientSession> clientSessions,
      long before,
      long retainUntil) {
    return new Revocation(
        userId, List.of(), clientSessions, List.of(client), List.of(), false, before, retainUntil);
  }

  public static Revocation ofSessions(
      String userId, List<Session> sessions, long before, long retainUntil) {
    return new Revocation(
        userId, List.of(), List.of(), List.of(), sessions, false, before, retainUntil);
  }

  public static Revocation ofSession(
      String userId, Session session, long before, long retainUntil) {
    return ofSessions(userId, List.of(session), before, retainUntil);
  }

  /** All that the user has, including the given sessions that began at {@code before}. */
  public static Revocation ofUser(
      String userId, List<Session> sessions, long before, long retainUntil) {
    return new Revocation(
        userId, List.of(), List.of(), List.of(), sessions, true, before, retainUntil);
  }

  /** Of these families only, for the same user and as long. */
  Revocation withFamilies(List<String> others) {
    return ofFamilies(userId, others, before, retainUntil);
  }
}
