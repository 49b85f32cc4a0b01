package dev.tokenguard.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {

  private enum Colour {
    RED,
    DARK_BLUE
  }

  private static final Setting<Integer> NUMBER =
      Setting.number("size", "How large it is.", "metres", 2, 9, 5);
  private static final Setting<Colour> CHOICE =
      Setting.choice("colour", "What it looks like.", Colour.class, Colour.DARK_BLUE);
  private static final Setting<Boolean> FLAG = Setting.flag("open", "Whether it is open.", true);
  private static final Setting<Optional<String>> TEXT =
      Setting.text(
          "name",
          "What it is called.",
          "letters",
          "",
          given -> Optional.of(given).filter(text -> !text.isEmpty()));

  @Test
  void given_each_kind_then_range_choices_and_default_are_in_words() {
    assertThat(NUMBER.accepts()).isEqualTo("2 to 9 metres");
    assertThat(NUMBER.unit()).isEqualTo("metres");
    assertThat(NUMBER.defaultText()).isEqualTo("5");
    assertThat(NUMBER.choices()).isEmpty();
    assertThat(CHOICE.accepts()).isEqualTo("one of red, dark-blue");
    assertThat(CHOICE.choices()).containsExactly("red", "dark-blue");
    assertThat(CHOICE.defaultText()).isEqualTo("dark-blue");
    assertThat(FLAG.accepts()).isEqualTo("true or false");
    assertThat(FLAG.choices()).containsExactly("true", "false");
    assertThat(FLAG.defaultText()).isEqualTo("true");
    assertThat(TEXT.choices()).isEmpty();
  }

  @Test
  void given_no_label_then_it_is_made_of_name_and_unit() {
    assertThat(NUMBER.label()).isEqualTo("Size (metres)");
    assertThat(Setting.flag("is-open", "Whether.", true).label()).isEqualTo("Is open");
    assertThat(NUMBER.labelled("Height (metres)").label()).isEqualTo("Height (metres)");
  }

  @Test
  void given_another_label_and_group_then_all_else_stays() {
    Setting<Integer> changed = NUMBER.labelled("Height").in("Measures");

    assertThat(changed.group()).isEqualTo("Measures");
    assertThat(changed.labelled(NUMBER.label()).in(NUMBER.group())).isEqualTo(NUMBER);
  }

  @Test
  void given_a_default_or_none_then_the_description_has_help_range_and_default() {
    assertThat(NUMBER.describe()).isEqualTo("How large it is. Accepts 2 to 9 metres; default 5.");
    assertThat(TEXT.describe()).isEqualTo("What it is called. Accepts letters.");
  }

  @Test
  void given_a_number_without_unit_then_range_and_label_have_none() {
    Setting<Integer> number = Setting.number("n", "h", "", 0, 1, 0);

    assertThat(number.accepts()).isEqualTo("0 to 1");
    assertThat(number.label()).isEqualTo("N");
  }

  @Test
  void given_nothing_or_a_blank_then_the_default_counts() {
    Map<String, Object> nothing = new HashMap<>();
    nothing.put("size", null);
    nothing.put("colour", "   ");
    assertThat(NUMBER.from(nothing)).isEqualTo(5);
    assertThat(CHOICE.from(nothing)).isEqualTo(Colour.DARK_BLUE);
    assertThat(FLAG.from(nothing)).isTrue();
    assertThat(TEXT.from(nothing)).isEmpty();
  }

  @Test
  void given_strings_numbers_or_booleans_then_each_is_read() {
    assertThat(NUMBER.from(Map.of("size", " 7 "))).isEqualTo(7);
    assertThat(NUMBER.from(Map.of("size", 7))).isEqualTo(7);
    assertThat(NUMBER.from(Map.of("size", 7L))).isEqualTo(7);
    assertThat(FLAG.from(Map.of("open", false))).isFalse();
    assertThat(FLAG.from(Map.of("open", "false"))).isFalse();
    assertThat(CHOICE.from(Map.of("colour", "red"))).isEqualTo(Colour.RED);
    assertThat(TEXT.from(Map.of("name", " it "))).contains("it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "10", "-5", "5.0", "five", "99999999999", "0x5", "5 5"})
  void given_a_number_out_of_range_or_none_then_the_refusal_names_setting_and_range(String text) {
    assertThatThrownBy(() -> NUMBER.parse(text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("size: 2 to 9 metres");
  }

  @Test
  void given_an_unknown_choice_then_the_refusal_names_setting_and_choices() {
    for (String word : List.of("green", "RED", "dark_blue", "dark blue")) {
      assertThatThrownBy(() -> CHOICE.parse(word))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage("colour: one of red, dark-blue");
    }
    for (String word : List.of("yes", "1", "TRUE", "on")) {
      assertThatThrownBy(() -> FLAG.parse(word))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage("open: true or false");
    }
  }

  @Test
  void given_a_refused_value_then_it_is_nowhere_in_the_exception() {
    assertThatThrownBy(() -> NUMBER.parse("hunter2"))
        .hasNoCause()
        .extracting(Throwable::toString)
        .asString()
        .doesNotContain("hunter2");
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
