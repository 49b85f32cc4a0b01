package dev.tokenguard.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One setting: its name, what it means, its default and what it accepts.
 *
 * @param name as an administrator writes it, for example {@code grace-period}
 * @param help one or two sentences for the person who sets it
 * @param accepts the range in words, for example {@code 0 to 300 seconds}
 * @param choices the accepted words in the order to show them; empty unless the setting is a choice
 * @param defaultText the default as an administrator would write it; empty where there is none
 * @param parser reads a trimmed, non-empty text; refuses by {@link IllegalArgumentException}
 * @param <T> what the setting is after parsing
 */
public record Setting<T>(
    String name,
    String help,
    String accepts,
    List<String> choices,
    String defaultText,
    Function<String, T> parser) {

  /** A whole number from {@code min} to {@code max}, both included. */
  public static Setting<Integer> number(
      String name, String help, String unit, int min, int max, int defaultValue) {
    return new Setting<>(
        name,
        help,
        (min + " to " + max + " " + unit).trim(),
        List.of(),
        Integer.toString(defaultValue),
        text -> {
          int value = Integer.parseInt(text);
          if (value < min || value > max) {
            throw new IllegalArgumentException();
          }
          return value;
        });
  }

  /** One constant of an enum, written in lower case with hyphens. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, String help, Class<E> type, E defaultValue) {
    return choice(name, help, List.of(type.getEnumConstants()), defaultValue);
  }

  /** One of some constants of an enum, written in lower case with hyphens. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, String help, List<E> accepted, E defaultValue) {
    // Looked up, not searched: a policy is read with each refresh.
    Map<String, E> constants = new LinkedHashMap<>();
    for (E constant : accepted) {
      constants.put(id(constant), constant);
    }
    List<String> words = List.copyOf(constants.keySet());
    return new Setting<>(
        name,
        help,
        "one of " + String.join(", ", words),
        words,
        id(defaultValue),
        text -> {
          E constant = constants.get(text);
          if (constant == null) {
            throw new IllegalArgumentException();
          }
          return constant;
        });
  }

  /** {@code true} or {@code false}. */
  public static Setting<Boolean> flag(String name, String help, boolean defaultValue) {
    return new Setting<>(
        name,
        help,
        "true or false",
        List.of("true", "false"),
        Boolean.toString(defaultValue),
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException();
            });
  }

  /** A text that {@code parser} accepts; without a default when {@code defaultText} is empty. */
  public static <T> Setting<T> text(
      String name, String help, String accepts, String defaultText, Function<String, T> parser) {
    return new Setting<>(name, help, accepts, List.of(), defaultText, parser);
  }

  /** The word by which an administrator names an enum constant. */
  public static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads this setting from what an administrator gave. The console saves strings, the admin REST
   * may save numbers and booleans; a blank value is the default.
   *
   * @throws InvalidSettingException naming the setting and what it accepts
   */
  public T from(Map<String, ?> given) {
    Object raw = given.get(name);
    return ofText(raw == null ? null : raw.toString());
  }

  /**
   * Reads this setting from where texts stand by their names; a blank or missing one is the
   * default.
   *
   * @throws InvalidSettingException naming the setting and what it accepts
   */
  public T from(UnaryOperator<String> given) {
    return ofText(given.apply(name));
  }

  private T ofText(String given) {
    String text = given == null ? "" : given.trim();
    return parse(text.isEmpty() ? defaultText : text);
  }

  /** The refusal of a value that does not go with the others, by a reason in words. */
  public InvalidSettingException refused(String reason) {
    return new InvalidSettingException(name + ": " + reason);
  }

  /**
   * @throws InvalidSettingException naming the setting and what it accepts
   */
  public T parse(String text) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException refused) {
      // The value is not repeated: it may be a password in the wrong place.
      throw new InvalidSettingException(name + ": " + accepts);
    }
  }
}
