package dev.tokenguard.keycloak.cookie;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.util.List;
import java.util.Map;

/**
 * How the cookie is set.
 *
 * @param sameSite to which pages the browser attaches it
 */
public record CookieSettings(SameSite sameSite) {

  private static final Setting<SameSite> SAME_SITE =
      Setting.choice(
              "same-site",
              "The attribute SameSite of the cookie: for which pages the browser sends it. With strict"
                  + " and lax, the app must be on the same site as Keycloak, for example"
                  + " app.example.com and login.example.com. none is for an app on another site;"
                  + " browsers that block third-party cookies do not send it then.",
              SameSite.class,
              SameSite.STRICT)
          .labelled("SameSite");

  /** All settings in the order of the console. */
  public static final List<Setting<?>> SETTINGS = List.of(SAME_SITE);

  /**
   * Reads saved settings; a missing one has its default.
   *
   * @throws InvalidSettingException for the first value that is not accepted
   */
  public static CookieSettings parse(Map<String, ?> saved) {
    return new CookieSettings(SAME_SITE.from(saved));
  }

  /** The attribute as RFC 6265bis names its values. */
  public enum SameSite {
    STRICT("Strict"),
    LAX("Lax"),
    NONE("None");

    private final String attribute;

    SameSite(String attribute) {
      this.attribute = attribute;
    }

    String attribute() {
      return attribute;
    }
  }
}
