package dev.tokenguard.keycloak.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.session.TerminationTarget.OfClientSessions;
import dev.tokenguard.keycloak.session.TerminationTarget.OfFamily;
import dev.tokenguard.keycloak.session.TerminationTarget.OfOtherSessions;
import dev.tokenguard.keycloak.session.TerminationTarget.OfSession;
import dev.tokenguard.keycloak.session.TerminationTarget.OfUser;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What one target covers is not carried out a second time; nothing else is left out. */
class TerminationTargetTest {

  private static final OfSession ONLINE = new OfSession("u", "s", SessionKind.ONLINE);
  private static final OfSession OFFLINE = new OfSession("u", "s", SessionKind.OFFLINE);
  private static final OfSession BOTH = new OfSession("u", "s", SessionKind.BOTH);
  private static final OfUser USER = new OfUser("u", List.of("s"), Optional.empty());
  private static final OfClientSessions CLIENT =
      new OfClientSessions("u", List.of(new ClientSession("s", "c")), List.of());

  @Test
  void given_the_whole_user_then_everything_of_that_user_is_covered_and_nothing_of_others() {
    assertThat(USER.covers(BOTH)).isTrue();
    assertThat(USER.covers(CLIENT)).isTrue();
    assertThat(USER.covers(new OfSession("other", "s", SessionKind.BOTH))).isFalse();
  }

  @Test
  void given_a_removed_session_that_the_user_s_target_does_not_know_then_it_is_not_covered() {
    assertThat(USER.covers(new OfSession("u", "removed", SessionKind.ONLINE))).isFalse();
    assertThat(USER.covers(new OfUser("u", List.of("removed"), Optional.empty()))).isFalse();
  }

  @Test
  void given_the_user_except_a_session_then_nothing_is_taken_for_covered() {
    OfUser except = new OfUser("u", List.of(), Optional.of("s"));
    assertThat(except.covers(ONLINE)).isFalse();
    assertThat(new OfOtherSessions("u", Optional.empty()).covers(ONLINE)).isFalse();
  }

  @Test
  void given_a_session_then_the_other_kind_of_the_same_id_is_not_covered() {
    assertThat(BOTH.covers(ONLINE)).isTrue();
    assertThat(BOTH.covers(OFFLINE)).isTrue();
    assertThat(ONLINE.covers(OFFLINE)).isFalse();
    assertThat(ONLINE.covers(ONLINE)).isTrue();
    assertThat(ONLINE.covers(CLIENT)).isFalse();
    assertThat(BOTH.covers(CLIENT)).isTrue();
  }

  @Test
  void given_some_client_sessions_then_others_are_not_covered() {
    assertThat(CLIENT.covers(CLIENT)).isTrue();
    assertThat(
            CLIENT.covers(
                new OfClientSessions("u", List.of(new ClientSession("s", "d")), List.of())))
        .isFalse();
    assertThat(CLIENT.covers(new OfFamily("u", "f"))).isFalse();
  }
}
