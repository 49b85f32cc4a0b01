package dev.tokenguard.keycloak.cookie;

import dev.tokenguard.keycloak.policy.ExecutorConfiguration;

/** The settings of the executor for the cookie. */
public final class CookieExecutorConfiguration extends ExecutorConfiguration<CookieSettings> {

  public CookieExecutorConfiguration() {
    super(CookieExecutorFactory.ID, CookieSettings.SETTINGS, CookieSettings::parse);
  }
}
