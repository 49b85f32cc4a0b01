package dev.tokenguard.revocation;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.InvalidSettingException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What each trigger ends: on a server, or in a realm that sets some of them differently. */
public final class Triggers {

  private final Map<Trigger, RevocationScope> scopes;

  private Triggers(Map<Trigger, RevocationScope> scopes) {
    this.scopes = scopes;
  }

  /**
   * Those of a server.
   *
   * @param given the text of a setting by its name; null when it is not set
   * @throws InvalidSettingException for the first value that is not accepted
   */
  public static Triggers parse(Function<String, String> given) {
    Map<Trigger, RevocationScope> scopes = new EnumMap<>(Trigger.class);
    for (Trigger trigger : Trigger.values()) {
      scopes.put(trigger, trigger.setting().from(given::apply));
    }
    return new Triggers(scopes);
  }

  /**
   * Those of a realm. A value that is not accepted leaves the trigger as it is on the server.
   *
   * @param given the text of a setting by its name; null when the realm does not set it
   * @param invalid hears a sentence for each value that is not accepted
   */
  public Triggers overriddenBy(Function<String, String> given, Consumer<String> invalid) {
    Map<Trigger, RevocationScope> overridden = new EnumMap<>(scopes);
    for (Trigger trigger : Trigger.values()) {
      try {
        textOf(trigger, given)
            .ifPresent(text -> overridden.put(trigger, trigger.setting().parse(text)));
      } catch (InvalidSettingException refused) {
        invalid.accept(refused.getMessage());
      }
    }
    return new Triggers(overridden);
  }

  public RevocationScope scopeOf(Trigger trigger) {
    return requireNonNull(scopes.get(trigger));
  }

  private static Optional<String> textOf(Trigger trigger, Function<String, String> given) {
    return Optional.ofNullable(given.apply(trigger.setting().name()))
        .filter(text -> !text.isBlank())
        .map(String::trim);
  }
}
