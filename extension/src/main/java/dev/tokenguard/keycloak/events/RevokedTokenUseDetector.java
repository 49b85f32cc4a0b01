package dev.tokenguard.keycloak.events;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.StoreUnavailableException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.util.TokenUtil;

/**
 * Detects the use of a token whose session, user or id is on the blacklist. Usually an app has not
 * noticed a logout; it may be an attacker. The use is reported by a security event, a meter, a log
 * line and an incident, and a session that is still active is terminated.
 */
public final class RevokedTokenUseDetector {

  private static final Logger LOG = Logger.getLogger(RevokedTokenUseDetector.class);

  /** The error of the reported events. */
  private static final String ERROR = "blacklisted_activity";

  /** Keycloak encodes the kind of session, token and grant in six letters. */
  private static final Pattern ACCESS_TOKEN_ID = Pattern.compile("[a-z]{6}:.+");

  private static final String REVOKED = Outcome.REVOKED.id();

  private static final String WAITED = "token-guard.has-waited-for-redis";

  /** Events of requests with a token of a user. */
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

  /** Checks an event of the current request, by at most one command to Redis. */
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
   * The script that decides a refresh checks session and user itself. A refresh that was decided
   * without Redis is not checked either, because it has waited for Redis already.
   */
  private static boolean isDecidedRefresh(Event event) {
    return detail(event, "rotation").filter(label -> !label.equals(REVOKED)).isPresent();
  }

  /**
   * Whether this request has waited for an unavailable Redis: a report does not justify a second
   * wait. The event of an error has another Keycloak session, without this attribute.
   */
  private boolean hasWaited() {
    return session.getAttribute(WAITED) != null;
  }

  /** Records that Redis was unavailable for the current request. */
  public static void recordOutage(KeycloakSession session) {
    session.setAttribute(WAITED, true);
  }

  private Optional<Hit> hit(Event event) {
    UserSessionModel online = onlineSession(event);
    boolean isOffline = isOffline(event);
    // Events do not contain the time of issue, which is not before the start of the session. All
    // tokens of a session that does not exist are older than its entry.
    TokenIdentity token =
        new TokenIdentity(
            detail(event, Details.TOKEN_ID).orElse(""),
            isOffline ? "" : event.getSessionId(),
            event.getUserId() == null || online == null ? "" : event.getUserId(),
            online == null ? 0 : online.getStarted());
    try {
      return RedisConnection.blacklistOf(session).flatMap(list -> list.find(token));
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
      return Optional.empty();
    }
  }

  /**
   * The entry of the online session has the same id, and a browser logout keeps the offline
   * session. Keycloak and the store refuse the tokens of a terminated offline session.
   */
  private boolean isOffline(Event event) {
    UserSessionModel userSession = session.getContext().getUserSession();
    return TokenUtil.TOKEN_TYPE_OFFLINE.equals(detail(event, Details.REFRESH_TOKEN_TYPE).orElse(""))
        || userSession != null
            && userSession.getId().equals(event.getSessionId())
            && userSession.isOffline();
  }

  /** Null if it does not exist. A later session may have the same id. */
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
    count(hit.scope());
    LOG.warn(
        LogText.of(
            "A revoked token is used (%s): realm %s, event %s, client %s, user %s,"
                + " session %s, from %s; %s",
            Setting.id(hit.scope()),
            realm.getName(),
            event.getType(),
            event.getClientId(),
            event.getUserId(),
            event.getSessionId(),
            event.getIpAddress(),
            isRefused ? "the request was refused" : "the session is terminated"));
    EventType type = base(event.getType());
    EventBuilder report =
        eventBuilder(type, hit)
            .client(event.getClientId())
            .user(event.getUserId())
            .session(event.getSessionId());
    report.error(ERROR);
    IncidentReport incidents = new IncidentReport(session, realm);
    if (type == EventType.REFRESH_TOKEN) {
      incidents.store(report.getEvent(), ERROR);
    }
    incidents.write(incident(event, hit));
    if (!isRefused && event.getUserId() != null) {
      new SessionTerminator(session, realm, Reason.REVOKED)
          .now(
              RevocationTarget.Sessions.of(
                  event.getUserId(), event.getSessionId(), SessionKind.ONLINE));
    }
  }

  /**
   * Reports an access token on Keycloak's list of revoked tokens, which Keycloak refuses. The list
   * also contains used action tokens, whose second use is not reported.
   */
  @SuppressWarnings("deprecation")
  public static void ofAccessToken(KeycloakSession session, String id) {
    RealmModel realm = session.getContext().getRealm();
    if (realm == null
        || !ACCESS_TOKEN_ID.matcher(id).matches()
        || !RevocationListenerFactory.isOn(realm)) {
      return;
    }
    count(RevocationScope.ACCESS_TOKEN);
    new RevokedTokenUseDetector(session, realm)
        .eventBuilder(EventType.VALIDATE_ACCESS_TOKEN, new Hit(RevocationScope.ACCESS_TOKEN, ""))
        .detail(Details.TOKEN_ID, id)
        .error(ERROR);
  }

  private static Incident incident(Event event, Hit hit) {
    return Incident.blacklistedActivity(
        new Incident.Origin(
            Objects.toString(event.getUserId(), ""),
            Objects.toString(event.getClientId(), ""),
            event.getSessionId(),
            Objects.toString(event.getIpAddress(), "")),
        hit.reason().isEmpty() ? Setting.id(hit.scope()) : hit.reason());
  }

  private EventBuilder eventBuilder(EventType type, Hit hit) {
    return new EventBuilder(realm, session, session.getContext().getConnection())
        .event(type)
        .detail("blacklisted", Setting.id(hit.scope()))
        .detail(Details.REASON, hit.reason());
  }

  /** The builder derives the type of an error from that of the success. */
  private static EventType base(EventType type) {
    return EventType.valueOf(type.name().replaceFirst("_ERROR$", ""));
  }

  private static void count(RevocationScope scope) {
    Counter.builder("token_guard.blacklist.activity")
        .description("Uses of revoked tokens")
        .tag("kind", Setting.id(scope))
        .register(Metrics.globalRegistry)
        .increment();
  }

  private static Optional<String> detail(Event event, String name) {
    return Optional.ofNullable(event.getDetails()).map(details -> details.get(name));
  }
}
