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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RotationPolicyTest {

  /** A number setting and the part of the policy that it becomes. */
  private record NumberSetting(
      String name, long min, long max, String unit, Function<RotationPolicy, Number> part) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A choice or flag and the part of the policy that it becomes. */
  private record WordSetting(
      String name, Map<String, ?> values, Function<RotationPolicy, Object> part) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<NumberSetting> numbers() {
    return Stream.of(
        new NumberSetting("grace-period", 0, 300, "seconds", it -> it.gracePeriod().toSeconds()),
        new NumberSetting(
            "grace-max-replays", 0, 1_000_000, "replays", RotationPolicy::graceMaxReplays),
        new NumberSetting(
            "max-rotations", 0, Integer.MAX_VALUE, "rotations", RotationPolicy::maxRotations),
        new NumberSetting(
            "absolute-lifetime",
            0,
            Integer.MAX_VALUE,
            "seconds",
            it -> it.absoluteLifetime().toSeconds()),
        new NumberSetting(
            "max-refreshes-per-minute",
            0,
            1_000_000,
            "refreshes",
            RotationPolicy::maxRefreshesPerMinute),
        new NumberSetting(
            "max-families-per-user-and-client",
            0,
            1_000,
            "families",
            RotationPolicy::maxFamiliesPerUserAndClient));
  }

  static Stream<WordSetting> words() {
    Map<String, ContextMatch> contexts =
        Map.of(
            "none", ContextMatch.NONE,
            "user-agent", ContextMatch.USER_AGENT,
            "ip", ContextMatch.IP,
            "user-agent-and-ip", ContextMatch.USER_AGENT_AND_IP);
    return Stream.of(
        new WordSetting(
            "mode", Map.of("enforce", Mode.ENFORCE, "observe", Mode.OBSERVE), RotationPolicy::mode),
        new WordSetting("grace-context", contexts, RotationPolicy::graceContext),
        new WordSetting(
            "on-reuse",
            Map.of(
                "revoke-family", RevocationScope.FAMILY,
                "revoke-client-session", RevocationScope.CLIENT_SESSION,
                "revoke-session", RevocationScope.SESSION,
                "revoke-user", RevocationScope.USER),
            RotationPolicy::onReuse),
        new WordSetting("bind-to", contexts, RotationPolicy::bindTo),
        new WordSetting(
            "on-binding-mismatch",
            Map.of(
                "deny", MismatchConsequence.DENY,
                "observe", MismatchConsequence.OBSERVE,
                "revoke-family", MismatchConsequence.REVOKE_FAMILY),
            RotationPolicy::onBindingMismatch),
        new WordSetting(
            "revoke-previous-access-token",
            Map.of("false", false, "true", true),
            RotationPolicy::revokesPreviousAccessToken),
        new WordSetting(
            "on-redis-failure",
            Map.of("deny", FailureConsequence.DENY, "allow", FailureConsequence.ALLOW),
            RotationPolicy::onRedisFailure),
        new WordSetting(
            "on-missing-state",
            Map.of("adopt", MissingConsequence.ADOPT, "deny", MissingConsequence.DENY),
            RotationPolicy::onMissingState));
  }

  @Test
  void whenNothingIsSet_thenTheDefaultsAreThoseOfTheDocumentation() {
    assertThat(RotationPolicy.parse(Map.of()))
        .isEqualTo(
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
                MissingConsequence.ADOPT));
  }

  @Test
  void whenSettingsAreListed_thenTheirNamesAndOrderAreTheContract() {
    assertThat(RotationPolicy.SETTINGS)
        .extracting(Setting::name)
        .containsExactly(
            "mode",
            "grace-period",
            "grace-context",
            "grace-max-replays",
            "on-reuse",
            "revoke-previous-access-token",
            "max-rotations",
            "absolute-lifetime",
            "max-refreshes-per-minute",
            "max-families-per-user-and-client",
            "bind-to",
            "on-binding-mismatch",
            "on-redis-failure",
            "on-missing-state");
  }

  @Test
  void whenSettingsAreListed_thenEachIsTestedHereAndDescribed() {
    assertThat(RotationPolicy.SETTINGS)
        .extracting(Setting::name)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(numbers().map(NumberSetting::name), words().map(WordSetting::name))
                .toList());
    assertThat(RotationPolicy.SETTINGS)
        .allSatisfy(
            setting -> {
              assertThat(setting.label()).isNotBlank().contains(setting.unit());
              assertThat(setting.group()).isNotBlank();
              assertThat(setting.help()).endsWith(".");
            });
  }

  @Test
  void whenSettingsAreListed_thenThoseOfAGroupAreNeighbours() {
    assertThat(RotationPolicy.SETTINGS.stream().map(Setting::group).distinct())
        .containsExactly("Mode", "Grace period", "Reuse and theft", "Limits", "Binding", "Redis");
    List<String> groups = RotationPolicy.SETTINGS.stream().map(Setting::group).toList();
    assertThat(IntStream.range(1, groups.size()))
        .filteredOn(i -> !groups.get(i).equals(groups.get(i - 1)))
        .hasSize(5);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void whenANumberIsAtABorder_thenItIsAcceptedAsTextAndAsNumber(NumberSetting number) {
    for (long border : List.of(number.min, number.max)) {
      assertThat(number.part.apply(Policies.with(number.name, border)).longValue())
          .isEqualTo(border);
      assertThat(number.part.apply(Policies.with(number.name, " " + border)).longValue())
          .isEqualTo(border);
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void whenANumberIsJustOutOfRange_thenTheRefusalNamesSettingAndRange(NumberSetting number) {
    for (Object outside : List.of(number.min - 1, number.max + 1, "1.5", 1.5, "ten", true)) {
      assertThatThrownBy(() -> Policies.with(number.name, outside))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage("%s: %d to %d %s", number.name, number.min, number.max, number.unit);
    }
  }

  @ParameterizedTest
  @MethodSource("words")
  void whenAWordIsSet_thenItBecomesThatPartOfThePolicy(WordSetting word) {
    word.values.forEach(
        (text, value) ->
            assertThat(word.part.apply(Policies.with(word.name, text))).isEqualTo(value));
  }

  @ParameterizedTest
  @MethodSource("words")
  void whenAWordIsUnknown_thenTheRefusalNamesSettingAndAllItsWords(WordSetting word) {
    assertThatThrownBy(() -> Policies.with(word.name, "whatever"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith(word.name + ": ")
        .message()
        .satisfies(message -> assertThat(message).contains(word.values.keySet()));
  }

  @Test
  void whenAFlagIsSavedAsBoolean_thenItIsRead() {
    assertThat(Policies.with("revoke-previous-access-token", true).revokesPreviousAccessToken())
        .isTrue();
  }

  @Test
  void whenAnUnknownSettingIsThere_thenItIsNobodysBusiness() {
    assertThat(Policies.with("colour", "green")).isEqualTo(Policies.DEFAULT);
  }

  @Test
  void whenTheModeIsObserve_thenThePolicyIsObserving() {
    assertThat(Policies.with("mode", "observe").isObserving()).isTrue();
    assertThat(Policies.DEFAULT.isObserving()).isFalse();
  }

  @Test
  void whenALifetimeIsSet_thenItEndsSoLongAfterTheLogin() {
    assertThat(Policies.DEFAULT.notAfter(1_000)).isZero();
    assertThat(Policies.with("absolute-lifetime", 60).notAfter(1_000)).isEqualTo(1_060);
    assertThat(Policies.with("absolute-lifetime", Integer.MAX_VALUE).notAfter(4_000_000_000L))
        .isEqualTo(6_147_483_647L);
  }

  @Test
  void whenATokenIsOnlyLookedUp_thenAllElseIsAsThePolicySays() {
    RotationPolicy policy = RotationPolicy.parse(Map.of("grace-period", 99));
    assertThat(policy.lookupOnly().mode()).isEqualTo(Mode.LOOKUP);
    assertThat(policy.lookupOnly().gracePeriod()).hasSeconds(99);
    assertThat(policy.lookupOnly().isObserving()).isTrue();
    assertThat(RotationPolicy.LOOKUP).isEqualTo(RotationPolicy.parse(Map.of()).lookupOnly());
  }
}
