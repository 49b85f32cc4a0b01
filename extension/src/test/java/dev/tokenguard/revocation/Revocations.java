package dev.tokenguard.revocation;

import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.Session;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import java.util.List;
import java.util.Optional;

/** Revocations in the words of the tests. */
public final class Revocations {

  private Revocations() {}

  public static Revocation ofFamily(String userId, String family, long retainUntil) {
    return ofFamilies(userId, List.of(family), 0, retainUntil);
  }

  public static Revocation ofFamilies(
      String userId, List<String> families, long before, long retainUntil) {
    return new Revocation(new Families(userId, families), before, retainUntil);
  }

  public static Revocation ofClientSessions(
      String userId,
      List<ClientSession> clientSessions,
      List<String> families,
      long before,
      long retainUntil) {
    return new Revocation(
        new ClientSessions(userId, clientSessions, families), before, retainUntil);
  }

  /** All that the user has at a client, in the given sessions and in others. */
  public static Revocation ofClient(
      String userId, String client, List<String> sessions, long before, long retainUntil) {
    return new Revocation(new Client(userId, client, sessions), before, retainUntil);
  }

  public static Revocation ofSession(
      String userId, Session session, long before, long retainUntil) {
    return new Revocation(new Sessions(userId, List.of(session)), before, retainUntil);
  }

  /** All that the user has, with the given sessions. */
  public static Revocation ofUser(
      String userId, List<String> sessions, long before, long retainUntil) {
    return new Revocation(new User(userId, Optional.empty(), sessions), before, retainUntil);
  }

  public static Session online(String id) {
    return new Session(id, SessionKind.ONLINE);
  }

  public static Session both(String id) {
    return new Session(id, SessionKind.BOTH);
  }
}
