package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Triggers;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/** What the triggers of the server end in a realm, which may set each by an attribute. */
final class RealmTriggers {

  /** Put before the name of a trigger. */
  static final String ATTRIBUTE_PREFIX = "token-guard.";

  private static final Logger LOG = Logger.getLogger(RealmTriggers.class);

  private final Triggers ofServer;

  RealmTriggers(Triggers ofServer) {
    this.ofServer = ofServer;
  }

  Triggers of(RealmModel realm) {
    return ofServer.overriddenBy(
        name -> realm.getAttribute(ATTRIBUTE_PREFIX + name),
        invalid ->
            LOG.error(
                LogText.of(
                    "Attribute %s%s of realm %s; the setting of the server counts",
                    ATTRIBUTE_PREFIX, invalid, realm.getName())));
  }
}
