package dev.tokenguard.rotation;

import java.util.List;

/**
 * What is to be revoked of one user.
 *
 * @param userId the user's id in Keycloak
 * @param families ids of families, with or without a record
 * @param clientSessions client sessions; those that began before this second are dead, so a new
 *     login at the same client in the same session is not
 * @param sessions ids of user sessions, online or offline
 * @param everythingBefore sessions that began before this second are dead (seconds since the
 *     epoch); 0 for none
 * @param retainUntil until when the revocation matters, seconds since the epoch
 */
public record Revocation(
    String userId,
    List<String> families,
    List<ClientSession> clientSessions,
    List<String> sessions,
    long everythingBefore,
    long retainUntil) {

  public record ClientSession(String sessionId, String clientId) {}

  public static Revocation ofFamily(String userId, String family, long retainUntil) {
    return new Revocation(userId, List.of(family), List.of(), List.of(), 0, retainUntil);
  }

  public static Revocation ofClientSession(
      String userId, ClientSession clientSession, List<String> families, long retainUntil) {
    return new Revocation(userId, families, List.of(clientSession), List.of(), 0, retainUntil);
  }

  public static Revocation ofSession(String userId, String sessionId, long retainUntil) {
    return new Revocation(userId, List.of(), List.of(), List.of(sessionId), 0, retainUntil);
  }

  /** All that the user has, including the given sessions whenever they began. */
  public static Revocation ofUser(
      String userId, List<String> sessions, long everythingBefore, long retainUntil) {
    return new Revocation(userId, List.of(), List.of(), sessions, everythingBefore, retainUntil);
  }

  /** Of these families only, for the same user and as long. */
  Revocation withFamilies(List<String> others) {
    return new Revocation(userId, others, List.of(), List.of(), 0, retainUntil);
  }
}
