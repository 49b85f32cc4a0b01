package dev.tokenguard.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One setting as a value: how it is named and described, what it accepts, how it is parsed.
 *
 * @param name the id in the configuration, for example {@code grace-period}
 * @param label the words that the console shows instead of the id, with the unit
 * @param group the part of a form to which it belongs; empty where there are no groups
 * @param help sentences for an administrator: what the setting does and when to change it
 * @param unit the unit of a number, for example {@code seconds}; empty for all other settings
 * @param accepts the range in words, for example {@code 0 to 300 seconds}
 * @param choices the accepted ids in the order to show them; empty unless the setting is a choice
 * @param defaultText the default as an administrator would write it; empty where there is none
 * @param parser reads a trimmed text; throws {@link IllegalArgumentException} for one that is not
 *     accepted
 * @param <T> the type after parsing
 */
public record Setting<T>(
    String name,
    String label,
    String group,
    String help,
    String unit,
    String accepts,
    List<String> choices,
    String defaultText,
    Function<String, T> parser) {

  public Setting {
    choices = List.copyOf(choices);
  }

  private Setting(
      String name,
      String help,
      String accepts,
      List<String> choices,
      String defaultText,
      Function<String, T> parser) {
    this(name, words(name), "", help, "", accepts, choices, defaultText, parser);
  }

  /** A whole number from {@code min} to {@code max}, both included. */
  public static Setting<Integer> number(
      String name, String help, String unit, int min, int max, int defaultValue) {
    return new Setting<>(
        name,
        unit.isEmpty() ? words(name) : words(name) + " (" + unit + ")",
        "",
        help,
        unit,
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

  /** One constant of an enum, written as its {@link #id}. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, String help, Class<E> type, E defaultValue) {
    return choice(name, help, List.of(type.getEnumConstants()), defaultValue);
  }

  /** One of the accepted constants of an enum, written as its {@link #id}. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, String help, List<E> accepted, E defaultValue) {
    return choice(name, help, accepted, defaultValue, Setting::id);
  }

  /**
   * One of the accepted constants of an enum.
   *
   * @param idOf the id of a constant
   */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, String help, List<E> accepted, E defaultValue, Function<E, String> idOf) {
    // A map, because each refresh parses the policy.
    Map<String, E> constants = new LinkedHashMap<>();
    for (E constant : accepted) {
      constants.put(idOf.apply(constant), constant);
    }
    List<String> ids = List.copyOf(constants.keySet());
    return new Setting<>(
        name,
        help,
        "one of " + String.join(", ", ids),
        ids,
        idOf.apply(defaultValue),
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

  /** A text that {@code parser} accepts; an empty {@code defaultText} means no default. */
  public static <T> Setting<T> text(
      String name, String help, String accepts, String defaultText, Function<String, T> parser) {
    return new Setting<>(name, help, accepts, List.of(), defaultText, parser);
  }

  /** The same setting with another label. */
  public Setting<T> labelled(String text) {
    return new Setting<>(name, text, group, help, unit, accepts, choices, defaultText, parser);
  }

  /** The same setting as a part of a group. */
  public Setting<T> in(String otherGroup) {
    return new Setting<>(
        name, label, otherGroup, help, unit, accepts, choices, defaultText, parser);
  }

  /** The help text with range and default, as forms and option lists show it. */
  public String describe() {
    String range = help + " Accepts " + accepts;
    return defaultText.isEmpty() ? range + "." : range + "; default " + defaultText + ".";
  }

  /** The id by which an administrator names an enum constant: lower case with hyphens. */
  public static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads this setting from saved values. The console saves strings, the admin REST API also
   * numbers and booleans. A blank or missing value is the default.
   *
   * @throws InvalidSettingException if the value is not accepted
   */
  public T from(Map<String, ?> saved) {
    Object value = saved.get(name);
    return parse(value == null ? "" : value.toString());
  }

  /**
   * Reads this setting from a source of texts by name. A blank or missing text is the default.
   *
   * @throws InvalidSettingException if the text is not accepted
   */
  public T from(UnaryOperator<String> source) {
    String text = source.apply(name);
    return parse(text == null ? "" : text);
  }

  /**
   * Reads a text; a blank one is the default.
   *
   * @throws InvalidSettingException if the text is not accepted
   */
  public T parse(String text) {
    try {
      return parser.apply(text.isBlank() ? defaultText : text.trim());
    } catch (IllegalArgumentException refused) {
      // Without the cause: its message may repeat the value.
      throw refused(accepts);
    }
  }

  /** The refusal of a value, for example of one that contradicts another setting. */
  public InvalidSettingException refused(String reason) {
    return new InvalidSettingException(this, reason);
  }

  private static String words(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1).replace('-', ' ');
  }
}
