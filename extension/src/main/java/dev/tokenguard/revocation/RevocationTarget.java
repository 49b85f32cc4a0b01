package dev.tokenguard.revocation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * What of one user is terminated and revoked. Where Keycloak finds the sessions by itself, the
 * target names those that Keycloak may have removed already; once Keycloak has looked, it names all
 * of them.
 */
public sealed interface RevocationTarget {

  String userId();

  RevocationScope scope();

  /** What the store marks as revoked. */
  Marks marks();

  /** Whether all that this names is among what another target of the user marks. */
  boolean isNamedBy(Marks marks);

  <T> T accept(Visitor<T> visitor);

  /** Whether carrying this out revokes all that the other one names. */
  default boolean covers(RevocationTarget other) {
    return userId().equals(other.userId()) && (equals(other) || other.isNamedBy(marks()));
  }

  /**
   * Token families. Their sessions stay, and what other families have in them.
   *
   * @param families their ids; the store need not know them yet
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
    public boolean isNamedBy(Marks marks) {
      return marks.isUser() || marks.families().containsAll(families);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.families(this);
    }
  }

  /**
   * What clients have in sessions.
   *
   * @param families those known to belong to it
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
    public boolean isNamedBy(Marks marks) {
      return !clientSessions.isEmpty()
              && marks.nameSessions(clientSessions.stream().map(ClientSession::sessionId))
          || marks.clientSessions().containsAll(clientSessions)
              && marks.families().containsAll(families);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.clientSessions(this);
    }
  }

  /**
   * What the user has at a client, in all sessions.
   *
   * @param clientId the client's internal id
   * @param sessions the ids of those that are known
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
    public boolean isNamedBy(Marks marks) {
      return marks.isUser() && marks.nameSessions(sessions.stream());
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.client(this);
    }
  }

  /** Sessions, with all clients. */
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
    public boolean isNamedBy(Marks marks) {
      return sessions.stream().allMatch(marks::name);
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.sessions(this);
    }
  }

  /**
   * All sessions of the user except one.
   *
   * @param excluded the session that stays; empty when there is none
   * @param sessions the ids of those that are known
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
    public boolean isNamedBy(Marks marks) {
      return marks.isUser();
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.otherSessions(this);
    }
  }

  /**
   * All that the user has.
   *
   * @param excluded a session that begins with the change
   * @param sessions the ids of those that are known
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
    public boolean isNamedBy(Marks marks) {
      return marks.isUser() && marks.nameSessions(sessions.stream());
    }

    /** Not even the other sessions, which may be the one that this leaves out. */
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
   * What a client has in a session.
   *
   * @param clientId the client's internal id
   */
  record ClientSession(String sessionId, String clientId) {}

  /** An online and an offline session may have one id. */
  record Session(String id, SessionKind kind) {

    static List<Session> both(List<String> ids) {
      return ids.stream().map(id -> new Session(id, SessionKind.BOTH)).toList();
    }
  }

  /** Which sessions of an id are meant. */
  enum SessionKind {
    ONLINE,
    OFFLINE,
    BOTH;

    public boolean covers(boolean isOffline) {
      return this == BOTH || (this == OFFLINE) == isOffline;
    }
  }

  /**
   * What of a user is marked as revoked.
   *
   * @param isUser whether all sessions that began before the time of the revocation are
   * @param clients internal ids of clients: what the user has there since before that time
   * @param sessions those that began at that time or earlier
   * @param clientSessions those that began before that time; so a new login at the same client in
   *     the same session is not affected
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

    private static final Map<RevocationScope, BiFunction<String, String, RevocationTarget>>
        READERS =
            Map.of(
                RevocationScope.FAMILY,
                (userId, id) -> new Families(userId, List.of(id)),
                RevocationScope.CLIENT_SESSION,
                (userId, pair) ->
                    new ClientSessions(
                        userId,
                        List.of(new ClientSession(beforeSpace(pair), afterSpace(pair))),
                        List.of()),
                RevocationScope.CLIENT,
                (userId, id) -> new Client(userId, id, List.of()),
                RevocationScope.SESSION,
                (userId, pair) ->
                    Sessions.of(userId, afterSpace(pair), SessionKind.valueOf(beforeSpace(pair))),
                RevocationScope.USER,
                (userId, nothing) -> new User(userId));

    /** Each of them as two words that can be persisted by themselves. */
    Stream<Map.Entry<RevocationScope, String>> words() {
      return Stream.of(
              families.stream().map(id -> Map.entry(RevocationScope.FAMILY, id)),
              clientSessions.stream()
                  .map(it -> it.sessionId() + " " + it.clientId())
                  .map(pair -> Map.entry(RevocationScope.CLIENT_SESSION, pair)),
              clients.stream().map(id -> Map.entry(RevocationScope.CLIENT, id)),
              sessions.stream()
                  .map(it -> it.kind().name() + " " + it.id())
                  .map(pair -> Map.entry(RevocationScope.SESSION, pair)),
              Stream.of(Map.entry(RevocationScope.USER, "")).filter(any -> isUser))
          .flatMap(each -> each);
    }

    /**
     * The target of one of {@link #words}.
     *
     * @throws IllegalArgumentException when they are not ours
     */
    static RevocationTarget read(String userId, RevocationScope scope, String value) {
      return Optional.ofNullable(READERS.get(scope))
          .orElseThrow(IllegalArgumentException::new)
          .apply(userId, value);
    }

    private boolean name(Session session) {
      return sessions.stream()
          .filter(it -> it.id().equals(session.id()))
          .anyMatch(it -> it.kind() == SessionKind.BOTH || it.kind() == session.kind());
    }

    private boolean nameSessions(Stream<String> ids) {
      return ids.allMatch(id -> name(new Session(id, SessionKind.BOTH)));
    }

    private static String beforeSpace(String pair) {
      return pair.substring(0, space(pair));
    }

    private static String afterSpace(String pair) {
      return pair.substring(space(pair) + 1);
    }

    private static int space(String pair) {
      int space = pair.indexOf(' ');
      if (space < 0) {
        throw new IllegalArgumentException();
      }
      return space;
    }
  }

  /** Reads a target by its kind. */
  interface Visitor<T> {
    T families(Families target);

    T clientSessions(ClientSessions target);

    T client(Client target);

    T sessions(Sessions target);

    T otherSessions(OtherSessions target);

    T user(User target);
  }
}
