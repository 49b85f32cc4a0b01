package dev.tokenguard.keycloak.incident;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.util.TokenUtil;

/**
 * Somebody uses what is on the blacklist. Mostly that is an app that has not noticed a logout; it
 * may be a thief. It is reported as a security event and counted, and what is still active of it is
 * ended.
 */
public final class RevokedTokenUseDetector {

  /** The listener that switches all of this on in a realm. */
  public static final String LISTENER = "redis-token-blacklist";

  /** The error of the events that report it. */
  public static final String ERROR = "blacklisted_activity";

  /** Keycloak tells the kind of session, token and grant by six letters. */
  private static final Pattern ACCESS_TOKEN_ID = Pattern.compile("[a-z]{6}:.+");

  private static final String REVOKED = Outcome.REVOKED.id();

  private static final String WAITED = "token-guard.has-waited-for-redis";

  /** What is done with tokens on behalf of a user. */
  private static final Set<EventType> WATCHED =
      Set.of(
          EventType.REFRESH_TOKEN,
          EventType.REFRESH_TOKEN_ERROR,
          EventType.CODE_TO_TOKEN,
          EventType.INTROSPECT_TOKEN,
          EventType.INTROSPECT_TOKEN_ERROR,
          EventType.USER_INFO_REQUEST,
          EventType.USER_INFO_REQUEST_ERROR,
          EventType.TOKEN_EXCHANGE,
          EventType.TOKEN_EXCHANGE_ERROR);

  private final KeycloakSession session;
  private final RealmModel realm;

  public RevokedTokenUseDetector(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /** Looks at an event of the session's request. One command to Redis, or none. */
  public void check(Event event) {
    if (!WATCHED.contains(event.getType())
        || event.getSessionId() == null
        || ERROR.equals(event.getError())
        || isDecidedRefresh(event)
        || hasWaited()) {
      return;
    }
    hit(event).ifPresent(hit -> report(event, hit));
  }

  /**
   * The script that decides a refresh looks at its session and its user first, and says so. Nor is
   * one that was decided without Redis worth another wait.
   */
  private static boolean isDecidedRefresh(Event event) {
    return detail(event, "rotation").filter(label -> !label.equals(REVOKED)).isPresent();
  }

  /**
   * Redis has not answered this request: to report is not worth a second wait. The event of an
   * error comes by a session of its own, which does not know.
   */
  private boolean hasWaited() {
    return session.getAttribute(WAITED) != null;
  }

  /** Called when Redis did not answer the request of a session. */
  public static void doWithout(KeycloakSession session) {
    session.setAttribute(WAITED, true);
  }

  private Optional<Hit> hit(Event event) {
    UserSessionModel online = onlineSession(event);
    boolean isOffline = isOffline(event);
    // Events do not say when a token was issued; not before its session began. Of a session that is
    // gone all tokens are older than its entry.
    TokenIdentity token =
        new TokenIdentity(
            detail(event, Details.TOKEN_ID).orElse(""),
            isOffline ? "" : event.getSessionId(),
            event.getUserId() == null || online == null ? "" : event.getUserId(),
            online == null ? 0 : online.getStarted());
    try {
      return RedisConnection.blacklistOf(session).flatMap(list -> list.find(token));
    } catch (StoreUnavailableException unavailable) {
      // Counted where it was thrown.
      return Optional.empty();
    }
  }

  /**
   * The entry of an online session has the same id, and a browser's logout leaves the offline
   * session valid. Keycloak and the store refuse what belongs to an offline session that is
   * terminated.
   */
  private boolean isOffline(Event event) {
    UserSessionModel userSession = session.getContext().getUserSession();
    return TokenUtil.TOKEN_TYPE_OFFLINE.equals(detail(event, Details.REFRESH_TOKEN_TYPE).orElse(""))
        || userSession != null
            && userSession.getId().equals(event.getSessionId())
            && userSession.isOffline();
  }

  /** Null when it is gone. A session that began since may have the same id. */
  private UserSessionModel onlineSession(Event event) {
    UserSessionModel ofRequest = session.getContext().getUserSession();
    return ofRequest != null
            && ofRequest.getId().equals(event.getSessionId())
            && !ofRequest.isOffline()
        ? ofRequest
        : session.sessions().getUserSession(realm, event.getSessionId());
  }

  private void report(Event event, Hit hit) {
    boolean isRefused = event.getError() != null;
    new ActivityReport(session, realm)
        .of(event, hit, isRefused ? "it was refused" : "the session ends");
    if (!isRefused && event.getUserId() != null) {
      new SessionTerminator(session, realm, Reason.REVOKED)
          .now(
              RevocationTarget.Sessions.of(
                  event.getUserId(), event.getSessionId(), SessionKind.ONLINE));
    }
  }

  /**
   * An access token on the list was shown to Keycloak, which refuses it. The same list holds used
   * action tokens; to open such a mail twice is nothing to report.
   */
  public static void ofAccessToken(KeycloakSession session, String id) {
    RealmModel realm = session.getContext().getRealm();
    if (realm == null || !ACCESS_TOKEN_ID.matcher(id).matches() || !isWatched(realm)) {
      return;
    }
    new ActivityReport(session, realm).ofAccessToken(id);
  }

  public static boolean isWatched(RealmModel realm) {
    try (Stream<String> listeners = realm.getEventsListenersStream()) {
      return listeners.anyMatch(LISTENER::equals);
    }
  }

  private static Optional<String> detail(Event event, String name) {
    return Optional.ofNullable(event.getDetails()).map(details -> details.get(name));
  }
}
