package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.Children;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.RotationOutcome;
import dev.tokenguard.rotation.RotationOutcome.Granted;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.SuccessorToken;
import java.util.List;
import java.util.OptionalLong;

/** Where actors refresh their tokens; keeps a history of all that was decided. */
final class Endpoint {

  final World world = new World(TestTopology.STANDALONE);
  final History history = new History();
  private final RotationPolicy policy;

  Endpoint(RotationPolicy policy) {
    this.policy = policy;
  }

  void begin(Login login) {
    List<AccessTokens> ended = world.begin(login, policy);
    List<String> families = ended.stream().map(AccessTokens::family).toList();
    history.add(new History.Beginning(login, families));
    assertThat(families).allMatch(family -> isAtTheClientOf(login, family));
  }

  private boolean isAtTheClientOf(Login login, String family) {
    return world.logins.stream()
        .filter(other -> other.client().equals(login.client()))
        .anyMatch(other -> other.family().equals(family));
  }

  /** The generation of the child, if there is one. */
  OptionalLong refresh(Login login, long generation) {
    RotationOutcome outcome =
        world.store.rotate(world.refresh(login, generation), policy, it -> false);
    history.add(new History.Refresh(login, generation, outcome, world.clock.instant()));
    if (!(outcome instanceof Granted granted)) {
      return OptionalLong.empty();
    }
    SuccessorToken child = Children.of(granted);
    world.gaveOut(login, child.issuedAt());
    return OptionalLong.of(child.generation());
  }

  void revoke(Revocation revocation) {
    world.revoke(revocation);
    history.add(new History.Ending(revocation, world.clock.instant()));
  }

  long now() {
    return world.clock.second();
  }

  long remembered() {
    return now() + Login.REMEMBERED;
  }
}
