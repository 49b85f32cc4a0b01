package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.Children;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.RotationOutcome;
import dev.tokenguard.rotation.RotationOutcome.Granted;
import dev.tokenguard.rotation.RotationOutcome.Mismatched;
import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.Reused;
import dev.tokenguard.rotation.RotationOutcome.Rotated;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.SuccessorToken;
import dev.tokenguard.rotation.TokenPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was decided, in order, and what must hold for it whatever was presented. */
final class History {

  sealed interface Event {}

  record Refresh(Login login, long presented, RotationOutcome outcome, Instant when)
      implements Event {}

  record Ending(Revocation revocation, Instant when) implements Event {

    /** Whether it names the family, or the session it is in. */
    boolean ends(Login login) {
      boolean endsClientSession =
          revocation.clientSessions().contains(new ClientSession(login.session(), login.client()))
              && login.clientStarted() < when.getEpochSecond();
      return revocation.families().contains(login.family())
          || revocation.sessions().contains(Revocation.Session.both(login.session()))
              && login.started() <= revocation.before()
          || endsClientSession;
    }
  }

  /** A login was told, and ended these families. */
  record Beginning(Login login, List<String> ended) implements Event {}

  private final List<Event> events = new ArrayList<>();

  void add(Event event) {
    events.add(event);
  }

  private List<Refresh> refreshes(Login login) {
    return events.stream()
        .filter(Refresh.class::isInstance)
        .map(Refresh.class::cast)
        .filter(refresh -> refresh.login().family().equals(login.family()))
        .toList();
  }

  void assertNeverRefused(Login login) {
    assertThat(refreshes(login)).allMatch(refresh -> refresh.outcome() instanceof Rotated);
  }

  /**
   * Each generation was made once, and each time it was given out it was the same; no two access
   * tokens were given one id.
   */
  void assertOneChildPerGeneration(Login login) {
    Map<Long, SuccessorToken> children = new HashMap<>();
    Set<String> accessTokens = new HashSet<>();
    for (Refresh refresh : refreshes(login)) {
      if (refresh.outcome() instanceof Rotated rotated) {
        SuccessorToken before = children.put(rotated.child().generation(), rotated.child());
        assertThat(before).as("an earlier rotation to the same generation").isNull();
        assertThat(accessTokens.add(accessToken(login, rotated.child()))).isTrue();
      } else if (refresh.outcome() instanceof Replayed replayed) {
        assertThat(Children.again(replayed.child(), 0))
            .isEqualTo(children.get(replayed.child().generation()));
        assertThat(accessTokens.add(accessToken(login, replayed.child()))).isTrue();
      }
    }
  }

  private static String accessToken(Login login, SuccessorToken child) {
    return new TokenPosition(login.family(), child.generation()).accessTokenId(child.replay());
  }

  /** By the rules of grace, counted from the rotations alone. */
  void assertReplaysOnlyInGrace(Login login, RotationPolicy policy) {
    Refresh rotation = null;
    int replays = 0;
    for (Refresh refresh : refreshes(login)) {
      if (refresh.outcome() instanceof Rotated) {
        rotation = refresh;
        replays = 0;
      } else if (refresh.outcome() instanceof Replayed) {
        replays++;
        assertThat(rotation).isNotNull();
        assertThat(refresh.presented()).isEqualTo(rotation.presented());
        assertThat(Duration.between(rotation.when(), refresh.when()))
            .isLessThan(policy.gracePeriod());
        assertThat(policy.graceContext().isSame(context(rotation), context(refresh))).isTrue();
        assertThat(policy.graceMaxReplays() == 0 || replays <= policy.graceMaxReplays()).isTrue();
      }
    }
  }

  private static RequestContext context(Refresh refresh) {
    return refresh.login().context();
  }

  /** After a reuse, a mismatch that revokes, a revocation, or a login that was one too many. */
  void assertNothingIsGrantedOnceDead(Login login) {
    boolean isDead = false;
    for (Event event : events) {
      if (event instanceof Ending ending) {
        isDead |= ending.ends(login);
      } else if (event instanceof Beginning beginning) {
        isDead |= beginning.ended().contains(login.family());
      } else if (event instanceof Refresh refresh
          && refresh.login().family().equals(login.family())) {
        RotationOutcome outcome = refresh.outcome();
        assertThat(isDead && outcome instanceof Granted).as("granted by the dead").isFalse();
        isDead |= outcome instanceof Reused;
        isDead |= outcome instanceof Mismatched mismatched && mismatched.revoked().isPresent();
      }
    }
  }
}
