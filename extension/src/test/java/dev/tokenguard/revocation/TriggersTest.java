package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which happening ends how much: by default, on a server and in a realm. */
final class TriggersTest {

  private static final Triggers DEFAULTS = Triggers.parse(name -> null);

  private final List<String> reported = new ArrayList<>();

  /** Name, reason, default and what else is accepted. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          LOGOUT,                logout,                LOGOUT,                session,        session-and-offline user
          ADMIN_LOGOUT,          admin-logout,          LOGOUT,                user,
          REALM_LOGOUT,          realm-logout,          LOGOUT,                realm,
          TOKEN_REVOCATION,      token-revocation,      REVOKED,               client-session, session
          CONSENT_REVOKED,       consent-revoked,       CONSENT_REVOKED,       client,         user
          PASSWORD_CHANGED,      password-changed,      PASSWORD_CHANGED,      other-sessions, user
          PASSWORD_RESET,        password-reset,        PASSWORD_CHANGED,      user,
          CREDENTIAL_REMOVED,    credential-removed,    CREDENTIAL_CHANGED,    other-sessions, user
          EMAIL_CHANGED,         email-changed,         EMAIL_CHANGED,         off,            other-sessions user
          USERNAME_CHANGED,      username-changed,      USERNAME_CHANGED,      off,            other-sessions user
          USER_DELETED,          user-deleted,          USER_DELETED,          user,
          USER_DISABLED,         user-disabled,         USER_DISABLED,         user,
          USER_LOCKED_OUT,       user-locked-out,       USER_LOCKED_OUT,       user,
          CLIENT_DISABLED,       client-disabled,       CLIENT_DISABLED,       client,
          CLIENT_SECRET_CHANGED, client-secret-changed, CLIENT_SECRET_CHANGED, client,
          NOT_BEFORE,            not-before,            NOT_BEFORE,            tokens,
          PERMISSIONS_REDUCED,   permissions-reduced,   PERMISSIONS_REDUCED,   off,            user
          """)
  void whenNothingIsSet_thenATriggerEndsWhatItEndsByDefault(
      Trigger trigger, String name, Reason reason, String byDefault, String others) {
    assertThat(trigger.setting().name()).isEqualTo(name);
    assertThat(trigger.reason()).isEqualTo(reason);
    assertThat(trigger.setting().defaultText()).isEqualTo(byDefault);
    assertThat(Setting.id(DEFAULTS.scopeOf(trigger))).isEqualTo(byDefault);
    Stream<String> further = others == null ? Stream.empty() : Arrays.stream(others.split(" "));
    assertThat(trigger.setting().choices())
        .containsExactlyElementsOf(
            Stream.concat(Stream.of("off", byDefault), further).distinct().toList());
  }

  @Test
  void whenTheSettingsAreListed_thenEachTriggerHasOneOfItsOwn() {
    assertThat(Trigger.settings()).hasSize(Trigger.values().length).hasSize(17);
    assertThat(Trigger.settings()).extracting(Setting::name).doesNotHaveDuplicates();
    assertThat(Trigger.settings())
        .allSatisfy(
            setting -> {
              assertThat(setting.help()).endsWith(".");
              assertThat(setting.accepts())
                  .isEqualTo("one of " + String.join(", ", setting.choices()));
            });
  }

  static Stream<Arguments> acceptedWords() {
    return Stream.of(Trigger.values())
        .flatMap(
            trigger ->
                trigger.setting().choices().stream().map(word -> Arguments.of(trigger, word)));
  }

  @ParameterizedTest
  @MethodSource("acceptedWords")
  void whenAnAcceptedWordIsSet_thenThatTriggerEndsSoMuchAndNoOtherIsTouched(
      Trigger trigger, String word) {
    Map<String, String> given = Map.of(trigger.setting().name(), "  " + word + " ");
    for (Triggers set :
        List.of(Triggers.parse(given::get), DEFAULTS.overriddenBy(given::get, reported::add))) {
      for (Trigger each : Trigger.values()) {
        String expected = each == trigger ? word : each.setting().defaultText();
        assertThat(Setting.id(set.scopeOf(each))).isEqualTo(expected);
      }
    }
    assertThat(reported).isEmpty();
  }

  static Stream<Arguments> refusedWords() {
    List<String> words =
        new ArrayList<>(List.of("on", "true", "OFF", "User", "other_sessions", "user,session"));
    Arrays.stream(RevocationScope.values()).map(Setting::id).forEach(words::add);
    return Stream.of(Trigger.values())
        .flatMap(
            trigger ->
                words.stream()
                    .filter(word -> !trigger.setting().choices().contains(word))
                    .map(word -> Arguments.of(trigger, word)));
  }

  @ParameterizedTest
  @MethodSource("refusedWords")
  void whenAServerSetsAnotherWord_thenTheRefusalNamesSettingAndWords(Trigger trigger, String word) {
    Map<String, String> given = Map.of(trigger.setting().name(), word);
    assertThatThrownBy(() -> Triggers.parse(given::get))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            trigger.setting().name()
                + ": one of "
                + String.join(", ", trigger.setting().choices()));
  }

  @ParameterizedTest
  @MethodSource("refusedWords")
  void whenARealmSetsAnotherWord_thenTheServersCountsAndThatIsReported(
      Trigger trigger, String word) {
    Triggers allOff = Triggers.parse(name -> "off");
    Map<String, String> given = Map.of(trigger.setting().name(), word);
    Triggers ofRealm = allOff.overriddenBy(given::get, reported::add);
    for (Trigger each : Trigger.values()) {
      assertThat(ofRealm.scopeOf(each)).isEqualTo(RevocationScope.OFF);
    }
    assertThat(reported)
        .containsExactly(
            trigger.setting().name()
                + ": one of "
                + String.join(", ", trigger.setting().choices()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void whenAValueIsBlank_thenItIsNotSet(String blank) {
    Triggers server = Triggers.parse(name -> blank);
    Triggers allOff = Triggers.parse(name -> "off").overriddenBy(name -> blank, reported::add);
    for (Trigger trigger : Trigger.values()) {
      assertThat(server.scopeOf(trigger)).isEqualTo(DEFAULTS.scopeOf(trigger));
      assertThat(allOff.scopeOf(trigger)).isEqualTo(RevocationScope.OFF);
    }
    assertThat(reported).isEmpty();
  }

  @Test
  void whenARealmSetsSeveral_thenTheAcceptedOnesCountAndEachOtherIsReported() {
    Map<String, String> given =
        Map.of("logout", "everything", "password-changed", "user", "email-changed", "session");
    Triggers ofRealm = DEFAULTS.overriddenBy(given::get, reported::add);
    assertThat(ofRealm.scopeOf(Trigger.LOGOUT)).isEqualTo(RevocationScope.SESSION);
    assertThat(ofRealm.scopeOf(Trigger.PASSWORD_CHANGED)).isEqualTo(RevocationScope.USER);
    assertThat(ofRealm.scopeOf(Trigger.EMAIL_CHANGED)).isEqualTo(RevocationScope.OFF);
    assertThat(reported)
        .containsExactly(
            "logout: one of off, session, session-and-offline, user",
            "email-changed: one of off, other-sessions, user");
  }

  @ParameterizedTest
  @EnumSource(Trigger.class)
  void whenARealmOverridesATrigger_thenTheServersStaysAsItWas(Trigger trigger) {
    Triggers server = Triggers.parse(name -> null);
    RevocationScope before = server.scopeOf(trigger);
    server.overriddenBy(name -> "off", reported::add);
    assertThat(server.scopeOf(trigger)).isEqualTo(before);
  }
}
