package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Origin;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import dev.tokenguard.revocation.Revocation.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scope of each trigger: by default, on a server and in a realm. */
final class TriggerTest {

  private static final Trigger.Scopes DEFAULTS = Trigger.Scopes.parse(name -> null);

  private final List<String> reported = new ArrayList<>();

  /** Id, reason, default and the other accepted scopes are a contract. */
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
    Trigger trigger = Trigger.valueOf(id.replace('-', '_').toUpperCase(Locale.ROOT));
    String choices = byDefault.equals("off") ? "off" : "off " + byDefault;
    assertThat(trigger.setting().name()).isEqualTo(id);
    assertThat(trigger.reason().id()).isEqualTo(reason);
    assertThat(trigger.setting().defaultText()).isEqualTo(byDefault);
    assertThat(Setting.id(DEFAULTS.scopeOf(trigger))).isEqualTo(byDefault);
    assertThat(String.join(" ", trigger.setting().choices()))
        .isEqualTo(others == null ? choices : choices + " " + others);
    assertThat(trigger.setting().help()).endsWith(".");
    assertThat(Trigger.settings()).hasSize(17).contains(trigger.setting());
  }

  /** Resource servers and operators read these. */
  @Test
  void given_a_reason_then_its_word_is_a_contract() {
    assertThat(Stream.of(Reason.values()).map(Reason::id).toList())
        .hasToString(
            "[logout, revoked, administrator, rotated, reused, mismatched,"
                + " max-families-per-user-and-client, password-changed, credential-changed,"
                + " email-changed, username-changed, user-deleted, user-disabled, user-locked-out,"
                + " consent-revoked, client-disabled, client-secret-changed, permissions-reduced,"
                + " not-before]");
  }

  @Test
  void given_types_of_incidents_then_each_is_found_by_its_word_alone() {
    assertThat(Stream.of(Type.values()).map(Type::id))
        .containsExactly("reuse", "mismatch", "blacklisted-activity");
    assertThat(Type.values()).allMatch(type -> Type.of(type.id()).equals(Optional.of(type)));
    assertThat(Type.of("REUSE")).isEmpty();
    Origin origin = new Origin("user", "client", "session", "ip");
    assertThat(Incident.blacklistedActivity(origin, "logout"))
        .isEqualTo(new Incident(Type.BLACKLISTED_ACTIVITY, origin, Optional.empty(), "logout"));
  }

  @ParameterizedTest
  @EnumSource
  void given_an_accepted_word_then_that_trigger_has_its_scope_and_no_other_changes(
      Trigger trigger) {
    for (String word : trigger.setting().choices()) {
      Map<String, String> given = Map.of(trigger.setting().name(), "  " + word + " ");
      for (Trigger.Scopes scopes :
          List.of(
              Trigger.Scopes.parse(given::get), DEFAULTS.overriddenBy(given::get, reported::add))) {
        for (Trigger each : Trigger.values()) {
          String expected = each == trigger ? word : each.setting().defaultText();
          assertThat(Setting.id(scopes.scopeOf(each))).isEqualTo(expected);
        }
      }
    }
    assertThat(reported).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void given_another_word_then_a_server_refuses_it_and_a_realm_keeps_the_scope_of_the_server(
      Trigger trigger) {
    Setting<?> setting = trigger.setting();
    Stream<String> scopes = Arrays.stream(RevocationScope.values()).map(Setting::id);
    Stream<String> others = Stream.of("true", "OFF", "other_sessions", "user,session");
    for (String word : Stream.concat(scopes, others).toList()) {
      if (!setting.choices().contains(word)) {
        Map<String, String> given = Map.of(setting.name(), word);
        String refusal = setting.name() + ": " + setting.accepts();
        assertThatThrownBy(() -> Trigger.Scopes.parse(given::get))
            .isInstanceOf(InvalidSettingException.class)
            .hasMessage(refusal);
        reported.clear();
        Trigger.Scopes ofRealm = allOff().overriddenBy(given::get, reported::add);
        assertThat(Trigger.values()).allMatch(each -> ofRealm.scopeOf(each) == RevocationScope.OFF);
        assertThat(reported).containsExactly(refusal);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\n"})
  void given_a_blank_value_then_it_is_not_set(String blank) {
    Trigger.Scopes server = Trigger.Scopes.parse(name -> blank);
    Trigger.Scopes realm = allOff().overriddenBy(name -> blank, reported::add);
    for (Trigger trigger : Trigger.values()) {
      assertThat(server.scopeOf(trigger)).isEqualTo(DEFAULTS.scopeOf(trigger));
      assertThat(realm.scopeOf(trigger)).isEqualTo(RevocationScope.OFF);
    }
    assertThat(reported).isEmpty();
  }

  private static Trigger.Scopes allOff() {
    return Trigger.Scopes.parse(name -> "off");
  }
}
