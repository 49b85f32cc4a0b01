package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.Revocation.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much each trigger revokes: by default, on a server and in a realm. */
final class TriggersTest {

  private static final Trigger.Scopes DEFAULTS = Trigger.Scopes.parse(name -> null);

  private final List<String> reported = new ArrayList<>();

  /** Id, reason, default and what else is accepted: all of it is a contract. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          logout,                logout,                session,        session-and-offline user
          admin-logout,          logout,                user,
          realm-logout,          logout,                realm,
          token-revocation,      revoked,               client-session, session
          consent-revoked,       consent-revoked,       client,         user
          password-changed,      password-changed,      other-sessions, user
          password-reset,        password-changed,      user,
          credential-removed,    credential-changed,    other-sessions, user
          email-changed,         email-changed,         off,            other-sessions user
          username-changed,      username-changed,      off,            other-sessions user
          user-deleted,          user-deleted,          user,
          user-disabled,         user-disabled,         user,
          user-locked-out,       user-locked-out,       user,
          client-disabled,       client-disabled,       client,
          client-secret-changed, client-secret-changed, client,
          not-before,            not-before,            tokens,
          permissions-reduced,   permissions-reduced,   off,            user
          """)
  void given_no_setting_then_a_trigger_revokes_by_default(
      String id, String reason, String byDefault, String others) {
    Trigger trigger =
        Arrays.stream(Trigger.values())
            .filter(it -> it.setting().name().equals(id))
            .findFirst()
            .orElseThrow();
    assertThat(Setting.id(trigger)).isEqualTo(id);
    assertThat(trigger.reason().word()).isEqualTo(reason);
    assertThat(trigger.setting().defaultText()).isEqualTo(byDefault);
    assertThat(Setting.id(DEFAULTS.scopeOf(trigger))).isEqualTo(byDefault);
    Stream<String> further = others == null ? Stream.empty() : Arrays.stream(others.split(" "));
    assertThat(trigger.setting().choices())
        .containsExactlyElementsOf(
            Stream.concat(Stream.of("off", byDefault), further).distinct().toList());
  }

  @Test
  void given_the_settings_then_each_trigger_has_one() {
    assertThat(Trigger.settings()).hasSameSizeAs(Trigger.values()).hasSize(17);
    assertThat(Trigger.settings()).extracting(Setting::name).doesNotHaveDuplicates();
    assertThat(Trigger.settings()).allSatisfy(it -> assertThat(it.help()).endsWith("."));
  }

  @ParameterizedTest
  @EnumSource
  void given_an_accepted_word_then_that_trigger_revokes_so_much_and_no_other_changes(
      Trigger trigger) {
    for (String word : trigger.setting().choices()) {
      Map<String, String> given = Map.of(trigger.setting().name(), "  " + word + " ");
      for (Trigger.Scopes set :
          List.of(Trigger.Scopes.parse(given::get), DEFAULTS.overriddenBy(given::get, reported::add))) {
        for (Trigger each : Trigger.values()) {
          String expected = each == trigger ? word : each.setting().defaultText();
          assertThat(Setting.id(set.scopeOf(each))).isEqualTo(expected);
        }
      }
    }
    assertThat(reported).isEmpty();
    assertThat(Setting.id(DEFAULTS.scopeOf(trigger))).isEqualTo(trigger.setting().defaultText());
  }

  @ParameterizedTest
  @EnumSource
  void given_another_word_then_a_server_refuses_it_and_a_realm_keeps_the_servers(Trigger trigger) {
    String refusal =
        trigger.setting().name() + ": one of " + String.join(", ", trigger.setting().choices());
    Trigger.Scopes allOff = Trigger.Scopes.parse(name -> "off");
    Stream<String> scopes = Arrays.stream(RevocationScope.values()).map(Setting::id);
    Stream<String> others =
        Stream.of("on", "true", "OFF", "User", "other_sessions", "user,session");
    for (String word : Stream.concat(scopes, others).toList()) {
      if (!trigger.setting().choices().contains(word)) {
        Map<String, String> given = Map.of(trigger.setting().name(), word);
        assertThatThrownBy(() -> Trigger.Scopes.parse(given::get))
            .isInstanceOf(InvalidSettingException.class)
            .hasMessageContaining(refusal);
        reported.clear();
        Trigger.Scopes ofRealm = allOff.overriddenBy(given::get, reported::add);
        assertThat(Trigger.values()).allMatch(each -> ofRealm.scopeOf(each) == RevocationScope.OFF);
        assertThat(reported).singleElement().asString().contains(refusal);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void given_a_blank_value_then_it_is_not_set(String blank) {
    Trigger.Scopes server = Trigger.Scopes.parse(name -> blank);
    Trigger.Scopes allOff = Trigger.Scopes.parse(name -> "off").overriddenBy(name -> blank, reported::add);
    for (Trigger trigger : Trigger.values()) {
      assertThat(server.scopeOf(trigger)).isEqualTo(DEFAULTS.scopeOf(trigger));
      assertThat(allOff.scopeOf(trigger)).isEqualTo(RevocationScope.OFF);
    }
    assertThat(reported).isEmpty();
  }

  /** Resource servers and operators read these. */
  @Test
  void given_a_reason_then_its_word_is_a_contract() {
    assertThat(Stream.of(Reason.values()).map(Reason::word))
        .containsExactly(
            "logout revoked administrator rotated reused mismatched max-families-per-user-and-client"
                .concat(" password-changed credential-changed email-changed username-changed")
                .concat(" user-deleted user-disabled user-locked-out consent-revoked")
                .concat(" client-disabled client-secret-changed permissions-reduced not-before")
                .split(" "));
  }
}
