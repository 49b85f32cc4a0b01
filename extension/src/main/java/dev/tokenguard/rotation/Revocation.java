package dev.tokenguard.rotation;

import java.util.List;

/**
 * What is to be revoked of one user.
 *
 * @param userId the user's id in Keycloak
 * @param families ids of families, with or without a record
 * @param clientSessions client sessions that began before {@code before}; so a new login at the
 *     same client in the same session is spared
 * @param clients internal ids of clients: the families there that began before {@code before}
 * @param sessions ids of user sessions, online or offline, whenever they began
 * @param isEverything whether all sessions that began before {@code before} are dead
 * @param before when it was decided, seconds since the epoch
 * @param retainUntil until when the revocation matters, seconds since the epoch
 */
public record Revocation(
    String userId,
    List<String> families,
    List<ClientSession> clientSessions,
    List<String> clients,
    List<String> sessions,
    boolean isEverything,
    long before,
    long retainUntil) {

  public record ClientSession(String sessionId, String clientId) {}

  public static Revocation ofFamily(String userId, String family, long retainUntil) {
    return ofFamilies(userId, List.of(family), retainUntil);
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

  public static Revocation ofSessions(String userId, List<String> sessions, long retainUntil) {
    return new Revocation(userId, List.of(), List.of(), List.of(), sessions, false, 0, retainUntil);
  }

  public static Revocation ofSession(String userId, String sessionId, long retainUntil) {
    return ofSessions(userId, List.of(sessionId), retainUntil);
  }

  /** All that the user has, including the given sessions whenever they began. */
  public static Revocation ofUser(
      String userId, List<String> sessions, long before, long retainUntil) {
    return new Revocation(
        userId, List.of(), List.of(), List.of(), sessions, true, before, retainUntil);
  }

  /** Sessions that began before this second are dead; 0 for none. */
  public long everythingBefore() {
    return isEverything ? before : 0;
  }

  /** Of these families only, for the same user and as long. */
  Revocation withFamilies(List<String> others) {
    return ofFamilies(userId, others, retainUntil);
  }

  private static Revocation ofFamilies(String userId, List<String> families, long retainUntil) {
    return new Revocation(userId, families, List.of(), List.of(), List.of(), false, 0, retainUntil);
  }
}
