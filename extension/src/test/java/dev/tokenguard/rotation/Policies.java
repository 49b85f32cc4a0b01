package dev.tokenguard.rotation;

import java.util.HashMap;
import java.util.Map;

/** Policies by what is special about them; all other settings have their defaults. */
public final class Policies {

  public static final RotationPolicy DEFAULT = with();

  private Policies() {}

  /**
   * @param settings names and values in turn
   */
  public static RotationPolicy with(Object... settings) {
    Map<String, Object> given = new HashMap<>();
    for (int index = 0; index < settings.length; index += 2) {
      given.put((String) settings[index], settings[index + 1]);
    }
    return RotationPolicy.parse(given);
  }
}
