package dev.tokenguard.revocation;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.InvalidSettingException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The scope of each trigger, on the server or in a realm that overrides some of them. */
public final class Triggers {

  private final Map<Trigger, RevocationScope> scopes;

  private Triggers(Map<Trigger, RevocationScope> scopes) {
    this.scopes = scopes;
  }

  /**
   * Reads the triggers of the server.
   *
   * @param given the text of a setting by its name; null if it is not set
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
   * The triggers of a realm. If a value is not accepted, the scope of the server applies.
   *
   * @param given the text of a setting by its name; null if the realm does not set it
   * @param invalid receives a message for each value that is not accepted
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
