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
  void whenItIsDescribed_thenRangeChoicesAndDefaultAreInWords() {
    assertThat(NUMBER.accepts()).isEqualTo("2 to 9 metres");
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
  void givenANumberWithoutUnit_whenItIsDescribed_thenNoSpaceTrails() {
    assertThat(Setting.number("n", "h", "", 0, 1, 0).accepts()).isEqualTo("0 to 1");
  }

  @Test
  void whenNothingOrABlankIsGiven_thenTheDefaultCounts() {
    Map<String, Object> nothing = new HashMap<>();
    nothing.put("size", null);
    nothing.put("colour", "   ");
    assertThat(NUMBER.from(nothing)).isEqualTo(5);
    assertThat(CHOICE.from(nothing)).isEqualTo(Colour.DARK_BLUE);
    assertThat(FLAG.from(nothing)).isTrue();
    assertThat(TEXT.from(nothing)).isEmpty();
  }

  @Test
  void whenStringsNumbersOrBooleansAreGiven_thenEachIsRead() {
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
  void whenANumberIsOutOfRangeOrNone_thenTheRefusalNamesSettingAndRange(String text) {
    assertThatThrownBy(() -> NUMBER.parse(text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("size: 2 to 9 metres");
  }

  @Test
  void whenAWordIsUnknown_thenTheRefusalNamesSettingAndWords() {
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
  void whenAValueIsRefused_thenTheValueIsNowhereInTheException() {
    assertThatThrownBy(() -> NUMBER.parse("hunter2"))
        .hasNoCause()
        .extracting(Throwable::toString)
        .asString()
        .doesNotContain("hunter2");
  }
}
