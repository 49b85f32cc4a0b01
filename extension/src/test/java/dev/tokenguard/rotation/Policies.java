package dev.tokenguard.rotation;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

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

  /** As {@code name=value name=value}. */
  public static RotationPolicy of(String settings) {
    RotationPolicy policy =
        with(
            Pattern.compile("[= ]+")
                .splitAsStream(settings.replace("lookup", "").trim())
                .filter(it -> !it.isEmpty())
                .toArray());
    return settings.contains("lookup") ? policy.lookupOnly() : policy;
  }
}
