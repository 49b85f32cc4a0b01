package dev.tokenguard.keycloak.incident;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Incident;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Reports the use of a revoked token: by a security event, a meter, a log line and an incident. */
record ActivityReport(KeycloakSession session, RealmModel realm) {

  private static final Logger LOG = Logger.getLogger(ActivityReport.class);

  /**
   * Reports an event of a revoked token or session.
   *
   * @param consequence the consequence, for the log
   */
  void of(Event event, Hit hit, String consequence) {
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
            consequence));
    EventType type = base(event.getType());
    EventBuilder report =
        eventBuilder(type, hit)
            .client(event.getClientId())
            .user(event.getUserId())
            .session(event.getSessionId());
    report.error(RevokedTokenUseDetector.ERROR);
    if (type == EventType.REFRESH_TOKEN) {
      StoredAlarms.add(session, realm, report.getEvent(), RevokedTokenUseDetector.ERROR);
    }
    new IncidentReport(session, realm).write(incident(event, hit));
  }

  /** Reports an access token on the blacklist, which Keycloak refuses. */
  @SuppressWarnings("deprecation")
  void ofAccessToken(String id) {
    count(RevocationScope.ACCESS_TOKEN);
    eventBuilder(EventType.VALIDATE_ACCESS_TOKEN, new Hit(RevocationScope.ACCESS_TOKEN, ""))
        .detail(Details.TOKEN_ID, id)
        .error(RevokedTokenUseDetector.ERROR);
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
}
