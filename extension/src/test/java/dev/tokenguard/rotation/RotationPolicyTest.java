package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RotationPolicyTest {

  /**
   * In the order of the contract; the component of the policy, its default, the group in the
   * console, the range.
   */
  private static final List<List<String>> SETTINGS =
      """
      mode                             | mode                        | enforce    | Mode            | one of enforce, observe
      rotation                         | rotation                    | on         | Mode            | one of on, off
      grace-period                     | gracePeriod                 | 10         | Grace period    | 0 to 604800 seconds
      grace-until                      | graceUntil                  | time       | Grace period    | one of time, child-used
      grace-depth                      | graceDepth                  | 1          | Grace period    | 1 to 10 generations
      grace-context                    | graceContext                | user-agent | Grace period    | one of none, user-agent, ip, user-agent-and-ip, key
      grace-max-replays                | graceMaxReplays             | 0          | Grace period    | 0 to 1000000 replays
      on-reuse                         | onReuse                     | family     | Reuse and theft | one of revoke-family, revoke-client-session, revoke-session, revoke-user
      revoke-previous-access-token     | revokesPreviousAccessToken  | false      | Reuse and theft | true or false
      max-rotations                    | maxRotations                | 0          | Limits          | 0 to 2147483647 rotations
      absolute-lifetime                | absoluteLifetime            | 0          | Limits          | 0 to 2147483647 seconds
      max-refreshes-per-minute         | maxRefreshesPerMinute       | 0          | Limits          | 0 to 1000000 refreshes
      max-families-per-user-and-client | maxFamiliesPerUserAndClient | 1000       | Limits          | 0 to 1000 families
      bind-to                          | bindTo                      | none       | Binding         | one of none, user-agent, ip, user-agent-and-ip, key
      on-binding-mismatch              | onBindingMismatch           | deny       | Binding         | one of deny, observe, revoke-family
      on-redis-failure                 | onRedisFailure              | deny       | Redis           | one of deny, allow
      on-missing-state                 | onMissingState              | adopt      | Redis           | one of adopt, deny
      """
          .lines()
          .map(line -> List.of(line.split(" *[|] ")))
          .toList();

  @Test
  void when_settings_are_listed_then_names_order_groups_and_ranges_are_the_contract() {
    assertThat(RotationPolicy.SETTINGS)
        .extracting(it -> List.of(it.name(), it.group(), it.accepts()))
        .isEqualTo(SETTINGS.stream().map(it -> List.of(it.get(0), it.get(3), it.get(4))).toList());
    assertThat(RotationPolicy.SETTINGS)
        .allSatisfy(
            setting -> {
              assertThat(setting.label()).isNotBlank().contains(setting.unit());
              assertThat(setting.help()).endsWith(".");
            });
  }

  @Test
  void given_no_settings_or_unknown_ones_then_the_policy_has_the_documented_defaults() {
    assertThat(components(RotationPolicy.parse(Map.of())))
        .isEqualTo(SETTINGS.stream().collect(Collectors.toMap(it -> it.get(1), it -> it.get(2))));
    assertThat(Policies.with("colour", "green")).isEqualTo(Policies.DEFAULT);
  }

  @Test
  void given_a_setting_then_its_component_of_the_policy_changes_and_no_other() {
    for (List<String> setting : SETTINGS) {
      for (String text : accepted(setting.get(4))) {
        String value = setting.get(0).equals("on-reuse") ? text.replace("revoke-", "") : text;
        Map<String, String> expected = new TreeMap<>(components(Policies.DEFAULT));
        expected.put(setting.get(1), value);
        assertThat(components(Policies.with(setting.get(0), text))).isEqualTo(expected);
      }
    }
  }

  /** The ends of a range, or all choices. */
  private static List<String> accepted(String range) {
    boolean isNumber = Character.isDigit(range.charAt(0));
    return List.of(
        (isNumber ? range.replaceAll(" [a-z]+$", "") : range.replace("one of ", ""))
            .split(" to |, | or "));
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
  void given_a_value_that_is_not_accepted_then_the_refusal_names_the_setting_and_its_range() {
    for (Setting<?> setting : RotationPolicy.SETTINGS) {
      for (String text : List.of("-1", "2147483648", "1.5", "whatever")) {
        assertThatThrownBy(() -> Policies.with(setting.name(), text))
            .isInstanceOf(InvalidSettingException.class)
            .hasMessage(setting.name() + ": " + setting.accepts());
      }
    }
    for (String text : List.of("grace-period=604801", "max-families-per-user-and-client=1001")) {
      assertThatThrownBy(() -> Policies.of(text)).isInstanceOf(InvalidSettingException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "grace-depth=2 grace-context=none,         grace-depth",
    "grace-until=child-used grace-context=none, grace-until",
    "grace-until=child-used grace-depth=2,     grace-until",
  })
  void given_settings_that_contradict_then_the_refusal_names_the_one_to_change(
      String given, String name) {
    assertThatThrownBy(() -> Policies.of(given))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(name + ": ");
  }

  @Test
  void given_a_lifetime_then_it_ends_so_long_after_the_login() {
    assertThat(Policies.DEFAULT.notAfter(1_000)).isZero();
    assertThat(Policies.with("absolute-lifetime", 60).notAfter(1_000)).isEqualTo(1_060);
    assertThat(Policies.with("absolute-lifetime", Integer.MAX_VALUE).notAfter(4_000_000_000L))
        .isEqualTo(6_147_483_647L);
  }

  @Test
  void when_a_token_is_only_looked_up_then_all_else_is_as_the_policy_says() {
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
