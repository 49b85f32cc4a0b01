package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.executor.RevokedToken;
import dev.tokenguard.keycloak.revocation.CommittedRevocation;
import dev.tokenguard.rotation.Place;
import dev.tokenguard.rotation.Revocation;
import java.util.List;
import org.keycloak.common.util.Time;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/** Reads from events what ended and has the store told once that is committed. */
final class RevocationListener implements EventListenerProvider {

  /**
   * Keycloak has removed the session for good; the mark is for refreshes that had read it before.
   * They are over in seconds.
   */
  private static final int REMEMBER_SECONDS = 3600;

  private final KeycloakSession session;

  RevocationListener(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void onEvent(Event event) {
    if (event.getUserId() == null || event.getSessionId() == null) {
      return;
    }
    switch (event.getType()) {
      case LOGOUT -> deliver(sessionOf(event));
      case REVOKE_GRANT -> deliver(clientSessionOf(event));
      default -> {
        // Nothing ends.
      }
    }
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    // An administrator's logout raises no user event; it is not followed yet.
  }

  private void deliver(Revocation revocation) {
    CommittedRevocation committed =
        new CommittedRevocation(session.getContext().getRealm(), revocation);
    KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                committed.deliver(factory);
              }

              @Override
              protected void rollbackImpl() {
                // Nothing has ended.
              }
            });
  }

  private static Revocation sessionOf(Event event) {
    return Revocation.ofSession(event.getUserId(), event.getSessionId(), retainUntil());
  }

  private Revocation clientSessionOf(Event event) {
    ClientModel client = session.getContext().getRealm().getClientByClientId(event.getClientId());
    List<String> families =
        RevokedToken.placeIn(session).map(Place::family).map(List::of).orElse(List.of());
    return Revocation.ofClientSession(
        event.getUserId(),
        new Revocation.ClientSession(event.getSessionId(), client.getId()),
        families,
        retainUntil());
  }

  private static long retainUntil() {
    return Time.currentTime() + REMEMBER_SECONDS;
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
