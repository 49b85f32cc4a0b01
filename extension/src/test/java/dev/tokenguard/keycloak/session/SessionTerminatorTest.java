package dev.tokenguard.keycloak.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.FakeKeycloak;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What one request terminates, if a target covers another one. */
class SessionTerminatorTest {

  private static final RevocationTarget USER = new User("user", Optional.empty(), List.of("sid"));
  private static final RevocationTarget SESSION = Sessions.of("user", "sid", SessionKind.ONLINE);

  private final FakeKeycloak keycloak = new FakeKeycloak();
  private final SessionTerminator terminator =
      new SessionTerminator(keycloak.session(), keycloak.realm, Reason.LOGOUT);

  private static void fail(String user) {
    throw new IllegalStateException("conflict");
  }

  @Test
  void given_a_target_that_is_terminated_then_a_removed_session_of_it_is_not_terminated_again() {
    terminator.whenCommitted(USER);
    terminator.whenCommittedUnlessCovered(SESSION);
    keycloak.commit();

    assertThat(keycloak.blacklist).extracting(Entry::id).containsExactly("user", "sid");
  }

  @Test
  void given_a_target_that_fails_then_a_removed_session_of_it_is_terminated_by_itself() {
    keycloak.onReadUser = SessionTerminatorTest::fail;
    terminator.whenCommitted(USER);
    terminator.whenCommittedUnlessCovered(SESSION);
    keycloak.commit();

    assertThat(keycloak.blacklist).extracting(Entry::id).containsExactly("sid");
  }

  @Test
  void given_a_target_that_fails_then_a_named_one_that_it_covers_is_terminated_by_itself() {
    keycloak.onReadUser = SessionTerminatorTest::fail;
    terminator.whenCommitted(USER);
    terminator.whenCommitted(SESSION);
    keycloak.commit();

    assertThat(keycloak.blacklist).extracting(Entry::id).containsExactly("sid");
  }
}
