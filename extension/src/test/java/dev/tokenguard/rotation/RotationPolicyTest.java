package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RotationPolicy.ContextMatch;
import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.MissingConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RotationPolicyTest {

  /** In the order of the contract. The console shows the groups and the accepted values. */
  private static final String SETTINGS =
      """
      mode                             | Mode            | one of enforce, observe
      grace-period                     | Grace period    | 0 to 300 seconds
      grace-context                    | Grace period    | one of none, user-agent, ip, user-agent-and-ip
      grace-max-replays                | Grace period    | 0 to 1000000 replays
      on-reuse                         | Reuse and theft | one of revoke-family, revoke-client-session, revoke-session, revoke-user
      revoke-previous-access-token     | Reuse and theft | true or false
      max-rotations                    | Limits          | 0 to 2147483647 rotations
      absolute-lifetime                | Limits          | 0 to 2147483647 seconds
      max-refreshes-per-minute         | Limits          | 0 to 1000000 refreshes
      max-families-per-user-and-client | Limits          | 0 to 1000 families
      bind-to                          | Binding         | one of none, user-agent, ip, user-agent-and-ip
      on-binding-mismatch              | Binding         | one of deny, observe, revoke-family
      on-redis-failure                 | Redis           | one of deny, allow
      on-missing-state                 | Redis           | one of adopt, deny
      """;

  @Test
  void whenSettingsAreListed_thenNamesOrderGroupsAndRangesAreTheContract() {
    assertThat(RotationPolicy.SETTINGS)
        .extracting(it -> "%s|%s|%s".formatted(it.name(), it.group(), it.accepts()))
        .containsExactlyElementsOf(
            SETTINGS.lines().map(it -> it.replaceAll(" *\\| ", "|")).toList());
    assertThat(RotationPolicy.SETTINGS)
        .allSatisfy(
            setting -> {
              assertThat(setting.label()).isNotBlank().contains(setting.unit());
              assertThat(setting.help()).endsWith(".");
            });
  }

  @Test
  void givenNoSettingsOrUnknownOnes_thenThePolicyHasTheDocumentedDefaults() {
    RotationPolicy defaults =
        new RotationPolicy(
            Mode.ENFORCE,
            Duration.ofSeconds(10),
            0,
            ContextMatch.USER_AGENT,
            RevocationScope.FAMILY,
            0,
            Duration.ZERO,
            0,
            1_000,
            ContextMatch.NONE,
            MismatchConsequence.DENY,
            false,
            FailureConsequence.DENY,
            MissingConsequence.ADOPT);
    assertThat(RotationPolicy.parse(Map.of())).isEqualTo(defaults);
    assertThat(Policies.with("colour", "green")).isEqualTo(defaults);
  }

  /** Also values of the same type as those of other settings do not reach these. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mode                             | mode                        | enforce observe
          grace-period                     | gracePeriod                 | 0 300
          grace-context                    | graceContext                | none user-agent ip user-agent-and-ip
          grace-max-replays                | graceMaxReplays             | 0 1000000
          on-reuse                         | onReuse                     | revoke-family revoke-client-session revoke-session revoke-user
          revoke-previous-access-token     | revokesPreviousAccessToken  | true false
          max-rotations                    | maxRotations                | 0 2147483647
          absolute-lifetime                | absoluteLifetime            | 0 2147483647
          max-refreshes-per-minute         | maxRefreshesPerMinute       | 0 1000000
          max-families-per-user-and-client | maxFamiliesPerUserAndClient | 0 1000
          bind-to                          | bindTo                      | none user-agent ip user-agent-and-ip
          on-binding-mismatch              | onBindingMismatch           | deny observe revoke-family
          on-redis-failure                 | onRedisFailure              | deny allow
          on-missing-state                 | onMissingState              | adopt deny
          """)
  void givenASetting_thenItsComponentOfThePolicyChangesAndNoOther(
      String name, String component, String accepted) {
    Map<String, String> defaults = components(Policies.DEFAULT);
    for (String text : accepted.split(" ")) {
      Map<String, String> expected = new TreeMap<>(defaults);
      expected.put(component, component.equals("onReuse") ? text.replace("revoke-", "") : text);
      assertThat(components(Policies.with(name, text))).isEqualTo(expected);
    }
  }

  private static Map<String, String> components(RotationPolicy policy) {
    Map<String, String> components = new TreeMap<>();
    for (RecordComponent each : RotationPolicy.class.getRecordComponents()) {
      try {
        components.put(each.getName(), text(each.getAccessor().invoke(policy)));
      } catch (ReflectiveOperationException impossible) {
        throw new AssertionError(impossible);
      }
    }
    return components;
  }

  private static String text(Object value) {
    if (value instanceof Duration duration) {
      return Long.toString(duration.toSeconds());
    }
    return value instanceof Enum<?> constant ? Setting.id(constant) : value.toString();
  }

  @Test
  void givenAValueThatIsNotAccepted_thenTheRefusalNamesTheSettingAndItsRange() {
    for (Setting<?> setting : RotationPolicy.SETTINGS) {
      for (String text : List.of("-1", "2147483648", "1.5", "whatever")) {
        assertThatThrownBy(() -> Policies.with(setting.name(), text))
            .isInstanceOf(InvalidSettingException.class)
            .hasMessage(setting.name() + ": " + setting.accepts());
      }
    }
    for (String text : List.of("grace-period=301", "max-families-per-user-and-client=1001")) {
      assertThatThrownBy(() -> Policies.of(text)).isInstanceOf(InvalidSettingException.class);
    }
  }

  @Test
  void givenALifetime_thenItEndsSoLongAfterTheLogin() {
    assertThat(Policies.DEFAULT.notAfter(1_000)).isZero();
    assertThat(Policies.with("absolute-lifetime", 60).notAfter(1_000)).isEqualTo(1_060);
    assertThat(Policies.with("absolute-lifetime", Integer.MAX_VALUE).notAfter(4_000_000_000L))
        .isEqualTo(6_147_483_647L);
  }

  @Test
  void whenATokenIsOnlyLookedUp_thenAllElseIsAsThePolicySays() {
    RotationPolicy policy = Policies.with("grace-period", 99);
    Map<String, String> expected = new TreeMap<>(components(policy));
    expected.put("mode", "lookup");
    assertThat(components(policy.lookupOnly())).isEqualTo(expected);
    assertThat(RotationPolicy.LOOKUP).isEqualTo(RotationPolicy.parse(Map.of()).lookupOnly());
    assertThat(policy.lookupOnly().isObserving()).isTrue();
    assertThat(Policies.with("mode", "observe").isObserving()).isTrue();
    assertThat(policy.isObserving()).isFalse();
  }
}
