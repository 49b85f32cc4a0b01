package dev.tokenguard.redis;

import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RotationPolicy;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Policies drawn at random, from few values each so that limits are met often. */
final class RandomPolicies {

  private record Choice(String setting, Object... values) {}

  private static final List<Choice> GRACE =
      List.of(
          new Choice("grace-period", 10, 0, 1, 300),
          new Choice("grace-max-replays", 0, 1, 2),
          new Choice("grace-context", "none", "user-agent", "ip", "user-agent-and-ip"),
          new Choice("on-missing-state", "adopt", "deny"));

  private static final List<Choice> LIMITS =
      List.of(
          new Choice("mode", "enforce", "enforce", "enforce", "observe"),
          new Choice("max-rotations", 0, 0, 1, 4),
          new Choice("absolute-lifetime", 0, 0, 60, 3600),
          new Choice("max-refreshes-per-minute", 0, 0, 1, 3),
          new Choice("max-families-per-user-and-client", 0, 1, 2, 3),
          new Choice("bind-to", "none", "none", "user-agent", "ip", "user-agent-and-ip"),
          new Choice("on-binding-mismatch", "deny", "observe", "revoke-family"));

  private RandomPolicies() {}

  /** Any kind of grace; enforced, without limits. */
  static Arbitrary<RotationPolicy> withoutLimits() {
    return of(GRACE);
  }

  static Arbitrary<RotationPolicy> any() {
    return of(Stream.concat(GRACE.stream(), LIMITS.stream()).toList());
  }

  private static Arbitrary<RotationPolicy> of(List<Choice> choices) {
    List<Arbitrary<Object>> values =
        choices.stream().map(choice -> Arbitraries.of(choice.values())).toList();
    return Combinators.combine(values)
        .as(
            drawn ->
                Policies.with(
                    IntStream.range(0, drawn.size())
                        .boxed()
                        .flatMap(index -> Stream.of(choices.get(index).setting(), drawn.get(index)))
                        .toArray()));
  }
}
