package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Blacklist.Hit;
import dev.tokenguard.blacklist.Blacklist.Kind;
import dev.tokenguard.blacklist.Blacklist.TokenIdentity;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.incident.Incident;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.incidents.IncidentReport;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.settings.Setting;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;

/**
 * Somebody uses what is on the blacklist. Mostly that is an app that has not noticed a logout; it
 * may be a thief. It is reported as a security event and counted, and what is still alive of it is
 * ended.
 */
public final class BlacklistedActivity {

  /** The listener that switches all of this on in a realm. */
  public static final String LISTENER = "redis-token-blacklist";

  /** The error of the events that report it. */
  public static final String ERROR = "blacklisted_activity";

  private static final Logger LOG = Logger.getLogger(BlacklistedActivity.class);

  /** Keycloak tells the kind of session, token and grant by six letters. */
  private static final Pattern ACCESS_TOKEN_ID = Pattern.compile("[a-z]{6}:.+");

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

  public BlacklistedActivity(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /** Looks at an event of the session's request. One command to Redis, or none. */
  public void check(Event event) {
    if (!WATCHED.contains(event.getType())
        || event.getSessionId() == null
        || ERROR.equals(event.getError())
        || isGuardedRefresh(event)) {
      return;
    }
    hit(event).ifPresent(hit -> report(event, hit));
  }

  /** The script that decides a refresh has looked at its session and its user already. */
  private static boolean isGuardedRefresh(Event event) {
    return event.getError() == null && detail(event, "rotation").isPresent();
  }

  private Optional<Hit> hit(Event event) {
    TokenIdentity token =
        new TokenIdentity(
            detail(event, Details.TOKEN_ID).orElse(""),
            event.getSessionId(),
            event.getUserId() == null ? "" : event.getUserId(),
            startOf(event));
    try {
      return RedisConnection.blacklistOf(session).flatMap(list -> list.find(token));
    } catch (StoreUnavailableException unavailable) {
      // Counted where it was thrown.
      return Optional.empty();
    }
  }

  /** Events do not tell when a token was issued; not before its session began. */
  private long startOf(Event event) {
    UserSessionModel userSession = session.getContext().getUserSession();
    return userSession != null && userSession.getId().equals(event.getSessionId())
        ? userSession.getStarted()
        : Long.MAX_VALUE;
  }

  private void report(Event event, Hit hit) {
    count(hit.kind());
    boolean isRefused = event.getError() != null;
    LOG.warnf(
        "Activity on behalf of what is on the blacklist (%s): realm %s, event %s, client %s, user %s,"
            + " session %s, from %s%s",
        Setting.word(hit.kind()),
        realm.getName(),
        event.getType(),
        event.getClientId(),
        event.getUserId(),
        event.getSessionId(),
        event.getIpAddress(),
        isRefused ? "; it was refused" : "; the session ends");
    eventBuilder(base(event.getType()), hit)
        .client(event.getClientId())
        .user(event.getUserId())
        .session(event.getSessionId())
        .error(ERROR);
    new IncidentReport(session, realm).write(incident(event, hit));
    if (!isRefused && event.getUserId() != null) {
      new Endings(session, realm, Reason.REVOKED)
          .now(new Ending.OfSession(event.getUserId(), event.getSessionId()));
    }
  }

  private static Incident incident(Event event, Hit hit) {
    return Incident.blacklistedActivity(
        new Incident.Origin(
            Objects.toString(event.getUserId(), ""),
            Objects.toString(event.getClientId(), ""),
            event.getSessionId(),
            Objects.toString(event.getIpAddress(), "")),
        hit.reason().isEmpty() ? Setting.word(hit.kind()) : hit.reason());
  }

  /**
   * An access token on the list was shown to Keycloak, which refuses it. The same list holds used
   * action tokens; to open such a mail twice is nothing to report.
   */
  @SuppressWarnings("deprecation")
  static void ofAccessToken(KeycloakSession session, String id) {
    RealmModel realm = session.getContext().getRealm();
    if (realm == null || !ACCESS_TOKEN_ID.matcher(id).matches() || !isWatched(realm)) {
      return;
    }
    count(Kind.ACCESS_TOKEN);
    new BlacklistedActivity(session, realm)
        .eventBuilder(EventType.VALIDATE_ACCESS_TOKEN, new Hit(Kind.ACCESS_TOKEN, ""))
        .detail(Details.TOKEN_ID, id)
        .error(ERROR);
  }

  private static boolean isWatched(RealmModel realm) {
    try (Stream<String> listeners = realm.getEventsListenersStream()) {
      return listeners.anyMatch(LISTENER::equals);
    }
  }

  private EventBuilder eventBuilder(EventType type, Hit hit) {
    return new EventBuilder(realm, session, session.getContext().getConnection())
        .event(type)
        .detail("blacklisted", Setting.word(hit.kind()))
        .detail(Details.REASON, hit.reason());
  }

  /** The builder itself makes an error's type from that of the success. */
  private static EventType base(EventType type) {
    return EventType.valueOf(type.name().replaceFirst("_ERROR$", ""));
  }

  private static void count(Kind kind) {
    Counter.builder("token_guard.blacklist.activity")
        .description("Uses of what is on the blacklist")
        .tag("kind", Setting.word(kind))
        .register(Metrics.globalRegistry)
        .increment();
  }

  private static Optional<String> detail(Event event, String name) {
    return Optional.ofNullable(event.getDetails()).map(details -> details.get(name));
  }
}
