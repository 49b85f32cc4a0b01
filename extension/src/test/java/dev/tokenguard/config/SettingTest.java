package dev.tokenguard.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SettingTest {

  private enum Colour {
    RED,
    DARK_BLUE
  }

  private static final Setting<Integer> NUMBER =
      Setting.number("size", "How large it is.", "metres", 2, 9, 5);
  private static final Setting<Integer> PLAIN_NUMBER =
      Setting.number("how-many", "How many.", "", 0, 1, 0);
  private static final Setting<Colour> CHOICE =
      Setting.choice("colour", "Which colour.", Colour.class, Colour.DARK_BLUE);
  private static final Setting<Boolean> FLAG = Setting.flag("is-open", "Whether.", true);
  private static final Setting<Optional<String>> TEXT =
      Setting.text(
          "name", "Its name.", "letters", "", it -> Optional.of(it).filter(t -> !t.isEmpty()));

  private static final Map<String, Setting<?>> SETTINGS =
      Map.of("number", NUMBER, "plain", PLAIN_NUMBER, "choice", CHOICE, "flag", FLAG, "text", TEXT);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          number | Size (metres) | metres | []               | How large it is. Accepts 2 to 9 metres; default 5.
          plain  | How many      | ''     | []               | How many. Accepts 0 to 1; default 0.
          choice | Colour        | ''     | [red, dark-blue] | Which colour. Accepts one of red, dark-blue; default dark-blue.
          flag   | Is open       | ''     | [true, false]    | Whether. Accepts true or false; default true.
          text   | Name          | ''     | []               | Its name. Accepts letters.
          """)
  void given_a_setting_then_it_is_described(
      String kind, String label, String unit, String choices, String description) {
    Setting<?> setting = SETTINGS.get(kind);
    assertThat(setting.label()).isEqualTo(label);
    assertThat(setting.unit()).isEqualTo(unit);
    assertThat(setting.choices()).hasToString(choices);
    assertThat(setting.describe()).isEqualTo(description);
  }

  @Test
  void given_another_label_and_group_then_all_else_stays() {
    Setting<Integer> changed = NUMBER.labelled("Height").in("Measures");
    assertThat(changed.label()).isEqualTo("Height");
    assertThat(changed.group()).isEqualTo("Measures");
    assertThat(changed.labelled(NUMBER.label()).in(NUMBER.group())).isEqualTo(NUMBER);
  }

  @Test
  void given_no_value_or_a_blank_then_the_default_counts() {
    Map<String, Object> saved = new HashMap<>();
    saved.put("size", null);
    saved.put("colour", "   ");
    assertThat(NUMBER.from(saved)).isEqualTo(5);
    assertThat(CHOICE.from(saved)).isEqualTo(Colour.DARK_BLUE);
    assertThat(FLAG.from(saved)).isTrue();
    assertThat(TEXT.from(saved)).isEmpty();
    assertThat(NUMBER.from(Map.<String, String>of()::get)).isEqualTo(5);
  }

  /** The console saves texts, the admin REST API also numbers and booleans. */
  @Test
  void given_texts_numbers_or_booleans_then_each_is_read() {
    for (Object seven : new Object[] {" 7 ", 7, 7L}) {
      assertThat(NUMBER.from(Map.of("size", seven))).isEqualTo(7);
    }
    for (Object no : new Object[] {"false", false}) {
      assertThat(FLAG.from(Map.of("is-open", no))).isFalse();
    }
    assertThat(CHOICE.from(Map.of("colour", "red"))).isEqualTo(Colour.RED);
    assertThat(TEXT.from(Map.of("name", " it "))).contains("it");
    assertThat(NUMBER.parse("2") + NUMBER.parse("9")).isEqualTo(11);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          number | 1 10 -5 5.0 five 99999999999 0x5 5_5 hunter2 | size: 2 to 9 metres
          choice | green RED dark_blue hunter2                  | colour: one of red, dark-blue
          flag   | yes 1 TRUE on hunter2                        | is-open: true or false
          """)
  void given_a_value_that_is_not_accepted_then_the_refusal_names_the_setting_and_not_the_value(
      String kind, String values, String refusal) {
    for (String value : values.split(" ")) {
      assertThatThrownBy(() -> SETTINGS.get(kind).parse(value))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage(refusal)
          .hasNoCause();
    }
  }

  @Test
  void given_a_refusal_then_a_prefix_is_put_before_the_name_only() {
    InvalidSettingException refused = NUMBER.refused("too large for the door").under("spi-");
    assertThat(refused).hasMessage("spi-size: too large for the door");
    assertThat(refused.name()).isEqualTo("spi-size");
    assertThat(refused.label()).isEqualTo("Size (metres)");
    assertThat(refused.reason()).isEqualTo("too large for the door");
  }
}
