package dev.tokenguard.revocation;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The sessions and families of one user that are terminated and revoked. If Keycloak looks the
 * sessions up, a target first names only those that Keycloak may have removed already, and all of
 * them after the lookup.
 */
public sealed interface RevocationTarget {

  String userId();

  RevocationScope scope();

  /** The marks of this target in the store. */
  Marks marks();

  /** Whether marks of the user include this target. */
  boolean isIncludedIn(Marks marks);

  <T> T accept(Visitor<T> visitor);

  /** Whether a revocation of this target includes the other one. */
  default boolean covers(RevocationTarget other) {
    return userId().equals(other.userId()) && (equals(other) || other.isIncludedIn(marks()));
  }

  /**
   * Token families. Their sessions stay, with the other families in them.
   *
   * @param families ids of families, with or without a record in the store
   */
  record Families(String userId, List<String> families) implements RevocationTarget {

    public Families {
      families = List.copyOf(families);
    }

    @Override
    public RevocationScope scope() {
      return RevocationScope.FAMILY;
    }

    @Override
    public Marks marks() {
      return new Marks(false, List.of(), List.of(), List.of(), families);
    }

    @Override
    public boolean isIncludedIn(Marks marks) {
      return marks.isUser() || marks.families().containsAll(families);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.families(this);
    }
  }

  /**
   * Client sessions.
   *
   * @param families ids of families that are known to belong to them
   */
  record ClientSessions(String userId, List<ClientSession> clientSessions, List<String> families)
      implements RevocationTarget {

    public ClientSessions {
      clientSessions = List.copyOf(clientSessions);
      families = List.copyOf(families);
    }

    @Override
    public RevocationScope scope() {
      return RevocationScope.CLIENT_SESSION;
    }

    @Override
    public Marks marks() {
      return new Marks(false, List.of(), List.of(), clientSessions, families);
    }

    @Override
    public boolean isIncludedIn(Marks marks) {
      return !clientSessions.isEmpty()
              && marks.includeSessions(clientSessions.stream().map(ClientSession::sessionId))
          || marks.clientSessions().containsAll(clientSessions)
              && marks.families().containsAll(families);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.clientSessions(this);
    }
  }

  /**
   * All client sessions of the user at a client.
   *
   * @param clientId the internal id of the client
   * @param sessions the ids of the known sessions
   */
  record Client(String userId, String clientId, List<String> sessions) implements RevocationTarget {

    public Client {
      sessions = List.copyOf(sessions);
    }

    @Override
    public RevocationScope scope() {
      return RevocationScope.CLIENT;
    }

    @Override
    public Marks marks() {
      List<ClientSession> clientSessions =
          sessions.stream().map(id -> new ClientSession(id, clientId)).toList();
      return new Marks(false, List.of(clientId), List.of(), clientSessions, List.of());
    }

    @Override
    public boolean isIncludedIn(Marks marks) {
      return marks.isUser() && marks.includeSessions(sessions.stream());
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.client(this);
    }
  }

  /** Sessions with all their clients. */
  record Sessions(String userId, List<Session> sessions) implements RevocationTarget {

    public Sessions {
      sessions = List.copyOf(sessions);
    }

    public static Sessions of(String userId, String sessionId, SessionKind kind) {
      return new Sessions(userId, List.of(new Session(sessionId, kind)));
    }

    @Override
    public RevocationScope scope() {
      return RevocationScope.SESSION;
    }

    @Override
    public Marks marks() {
      return new Marks(false, List.of(), sessions, List.of(), List.of());
    }

    @Override
    public boolean isIncludedIn(Marks marks) {
      return sessions.stream().allMatch(marks::include);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.sessions(this);
    }
  }

  /**
   * All sessions of the user except one.
   *
   * @param excluded the session that stays; empty without one
   * @param sessions the ids of the known sessions
   */
  record OtherSessions(String userId, Optional<String> excluded, List<String> sessions)
      implements RevocationTarget {

    public OtherSessions {
      sessions = List.copyOf(sessions);
    }

    public OtherSessions(String userId, Optional<String> excluded) {
      this(userId, excluded, List.of());
    }

    @Override
    public RevocationScope scope() {
      return RevocationScope.OTHER_SESSIONS;
    }

    @Override
    public Marks marks() {
      return new Marks(false, List.of(), Session.both(sessions), List.of(), List.of());
    }

    @Override
    public boolean isIncludedIn(Marks marks) {
      return marks.isUser();
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.otherSessions(this);
    }
  }

  /**
   * All sessions of the user.
   *
   * @param excluded the session that begins with the change; empty without one
   * @param sessions the ids of the known sessions
   */
  record User(String userId, Optional<String> excluded, List<String> sessions)
      implements RevocationTarget {

    public User {
      sessions = List.copyOf(sessions);
    }

    public User(String userId) {
      this(userId, Optional.empty(), List.of());
    }

    @Override
    public RevocationScope scope() {
      return RevocationScope.USER;
    }

    @Override
    public Marks marks() {
      return new Marks(true, List.of(), Session.both(sessions), List.of(), List.of());
    }

    @Override
    public boolean isIncludedIn(Marks marks) {
      return marks.isUser() && marks.includeSessions(sessions.stream());
    }

    /** With an excluded session, nothing is certain to be included. */
    @Override
    public boolean covers(RevocationTarget other) {
      return excluded.isEmpty() ? RevocationTarget.super.covers(other) : equals(other);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.user(this);
    }
  }

  /**
   * The part of a session that belongs to one client.
   *
   * @param clientId the internal id of the client
   */
  record ClientSession(String sessionId, String clientId) {}

  /** A session; an online and an offline one may have the same id. */
  record Session(String id, SessionKind kind) {

    static List<Session> both(List<String> ids) {
      return ids.stream().map(id -> new Session(id, SessionKind.BOTH)).toList();
    }
  }

  /** The kind of the sessions with an id. */
  enum SessionKind {
    ONLINE,
    OFFLINE,
    BOTH;

    public boolean covers(boolean isOffline) {
      return this == BOTH || (this == OFFLINE) == isOffline;
    }
  }

  /**
   * The marks of a revocation in the store.
   *
   * @param isUser whether all sessions of the user that began before the revocation are marked
   * @param clients internal ids of clients: client sessions that began before the revocation
   * @param sessions sessions that began before the revocation or in the same second
   * @param clientSessions client sessions that began before the revocation, so a new login at the
   *     same client in the same session is not affected
   * @param families ids of families, with or without a record
   */
  record Marks(
      boolean isUser,
      List<String> clients,
      List<Session> sessions,
      List<ClientSession> clientSessions,
      List<String> families) {

    public Marks {
      clients = List.copyOf(clients);
      sessions = List.copyOf(sessions);
      clientSessions = List.copyOf(clientSessions);
      families = List.copyOf(families);
    }

    private boolean include(Session session) {
      return sessions.stream()
          .filter(it -> it.id().equals(session.id()))
          .anyMatch(it -> it.kind() == SessionKind.BOTH || it.kind() == session.kind());
    }

    private boolean includeSessions(Stream<String> ids) {
      return ids.allMatch(id -> include(new Session(id, SessionKind.BOTH)));
    }
  }

  /** An operation on all types of targets. */
  interface Visitor<T> {
    T families(Families target);

    T clientSessions(ClientSessions target);

    T client(Client target);

    T sessions(Sessions target);

    T otherSessions(OtherSessions target);

    T user(User target);
  }
}
