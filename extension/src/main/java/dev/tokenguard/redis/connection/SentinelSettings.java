package dev.tokenguard.redis.connection;

import static dev.tokenguard.config.Setting.text;

import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.RedisSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How to ask the Sentinels that the URL names. */
public record SentinelSettings(
    Optional<String> master, Optional<String> username, Optional<String> password) {

  private static final Setting<Optional<String>> MASTER =
      text(
          "sentinel-master",
          "The name by which the Sentinels know the master. Needed with the topology sentinel.",
          "letters, digits and .-_",
          "",
          given ->
              ConnectionSettings.optional(given)
                  .map(it -> ConnectionSettings.matching(it, "[\\w.-]+")));
  private static final Setting<Optional<String>> USERNAME =
      text(
          "sentinel-username",
          "The ACL user at the Sentinels themselves.",
          "a text",
          "",
          ConnectionSettings::optional);
  private static final Setting<Optional<String>> PASSWORD =
      text(
          "sentinel-password",
          "The password at the Sentinels themselves, if they want one.",
          "a text",
          "",
          ConnectionSettings::optional);

  static final List<Setting<?>> SETTINGS = List.of(MASTER, USERNAME, PASSWORD);

  static SentinelSettings from(Map<String, String> texts, Topology topology) {
    Optional<String> master = MASTER.from(texts);
    if (topology == Topology.SENTINEL && master.isEmpty()) {
      throw MASTER.refused("the topology sentinel needs the name of the master");
    }
    if (topology != Topology.SENTINEL && master.isPresent()) {
      throw MASTER.refused("it goes with the topology sentinel only");
    }
    return new SentinelSettings(master, USERNAME.from(texts), PASSWORD.from(texts));
  }

  public void show(Map<String, String> shown) {
    shown.put(MASTER.name(), master.orElse(""));
    shown.put(USERNAME.name(), username.orElse(""));
    shown.put(PASSWORD.name(), RedisSettings.masked(password));
  }
}
