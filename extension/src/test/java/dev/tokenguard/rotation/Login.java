package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RotationRequest.AccessToken;
import dev.tokenguard.rotation.RotationRequest.Attempt;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationRequest.ProposedSuccessor;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.RotationRequest.Session;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Optional;

/**
 * A login at one client, from which a family of refresh tokens descends, and from where it is used.
 *
 * @param claim the binding that its tokens carry
 */
public record Login(
    String user,
    String family,
    String session,
    long started,
    String client,
    long clientStarted,
    boolean isOffline,
    RequestContext context,
    Optional<RequestContext> claim) {

  public static final long ACCESS_TOKEN_LIFESPAN = 300;
  public static final long REFRESH_TOKEN_LIFESPAN = 1800;

  /** Long enough to matter in each test, however it sets the clock. */
  public static final long RETENTION = 10_000_000;

  public static final RequestContext HERE = RequestContext.of("Mozilla/5.0", "192.0.2.1");
  public static final RequestContext OTHER_AGENT = RequestContext.of("curl/8", "192.0.2.1");
  public static final RequestContext OTHER_IP = RequestContext.of("Mozilla/5.0", "198.51.100.7");

  /** Where it does not matter which attempt it is. */
  public static final Attempt ATTEMPT = new Attempt("Abcd", Duration.ZERO);

  private static final String LOGIN_PREFIX = "onrtac";
  private static final String REFRESH_PREFIX = "onrtrt";

  /** Alice at the web shop. */
  public static Login at(TestClock clock) {
    return new Login(
        "5f0c8b7e-0000-4000-8000-00000000a11c",
        "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f",
        "1c9e6679-7425-40de-944b-e07fc1f90ae7",
        clock.second(),
        "7d444840-9dc0-41d1-b245-5ffdce74fad2",
        clock.second(),
        false,
        HERE,
        Optional.empty());
  }

  /** The same login, by a family of another name. */
  public Login asFamily(String id) {
    return with(this, "family", id);
  }

  public Login ofUser(String id) {
    return with(this, "user", id);
  }

  public Login inSession(String id, long began) {
    return with(with(this, "session", id), "started", began);
  }

  public Login atClient(String id, long began) {
    return with(with(this, "client", id), "clientStarted", began);
  }

  public Login offline() {
    return with(this, "isOffline", true);
  }

  public Login from(RequestContext elsewhere) {
    return with(this, "context", elsewhere);
  }

  public Login boundTo(RequestContext bound) {
    return with(this, "claim", Optional.of(bound));
  }

  /** What the login is answered with when it is made now, as Keycloak would describe it. */
  public RotationRequest begin(TestClock clock) {
    RotationRequest asked = refresh(0, clock);
    return withAccessToken(
        asked, new AccessToken(asked.accessToken().expiresAt(), LOGIN_PREFIX, LOGIN_PREFIX));
  }

  /**
   * A refresh now, as Keycloak would describe it, by a token that was issued in this second;
   * offline tokens have no {@code exp}.
   */
  public RotationRequest refresh(long generation, TestClock clock) {
    long now = clock.second();
    return new RotationRequest(
        user,
        new TokenPosition(family, generation),
        new Session(session, started, client, clientStarted, isOffline),
        new ProposedSuccessor(
            now, isOffline ? 0 : now + REFRESH_TOKEN_LIFESPAN, now + RETENTION, now + RETENTION),
        new AccessToken(now + ACCESS_TOKEN_LIFESPAN, REFRESH_PREFIX, LOGIN_PREFIX),
        context,
        claim,
        KeyProof.NO_KEY,
        ATTEMPT,
        0,
        now,
        true,
        Optional.empty());
  }

  /** The same request, by an attempt of this name that reached Keycloak so long ago. */
  public static RotationRequest attempted(RotationRequest one, String id, Duration age) {
    return with(one, "attempt", new Attempt(id, age));
  }

  public static RotationRequest proving(RotationRequest one, KeyProof proof) {
    return with(one, "keyProof", proof);
  }

  public static RotationRequest usableUntil(RotationRequest one, long second) {
    return with(one, "usableUntil", second);
  }

  /** The same request where the client is given no refresh tokens. */
  public static RotationRequest withoutRefreshToken(RotationRequest one) {
    return with(one, "issuesRefreshToken", false);
  }

  /** The same by a token that was issued then; as in Keycloak, its successor is not older. */
  public static RotationRequest issuedAt(RotationRequest one, long second) {
    ProposedSuccessor successor =
        with(one.successor(), "issuedAt", Math.max(one.successor().issuedAt(), second));
    return with(with(one, "presentedIssuedAt", second), "successor", successor);
  }

  public static RotationRequest exchangedFor(RotationRequest one, String tag) {
    return with(one, "parentTag", Optional.of(tag));
  }

  /** The same, to be retained until then, also once it is revoked. */
  public static RotationRequest retained(RotationRequest one, long until, long revokedUntil) {
    ProposedSuccessor successor = with(one.successor(), "retainUntil", until);
    return with(one, "successor", with(successor, "revokedRetainUntil", revokedUntil));
  }

  public static RotationRequest withAccessToken(RotationRequest one, AccessToken token) {
    return with(one, "accessToken", token);
  }

  /** A copy of a record with another value of one component. */
  @SuppressWarnings("unchecked")
  public static <R extends Record> R with(R one, String name, Object value) {
    RecordComponent[] components = one.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int at = 0; at < components.length; at++) {
        types[at] = components[at].getType();
        boolean isChanged = components[at].getName().equals(name);
        values[at] = isChanged ? value : components[at].getAccessor().invoke(one);
      }
      return (R) one.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException impossible) {
      throw new AssertionError(name, impossible);
    }
  }
}
