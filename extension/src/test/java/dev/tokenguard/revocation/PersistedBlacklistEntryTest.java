package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.BlacklistEntry.OfAccessToken;
import dev.tokenguard.revocation.BlacklistEntry.OfSession;
import dev.tokenguard.revocation.BlacklistEntry.OfUser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PersistedBlacklistEntryTest {

  @ParameterizedTest
  @ValueSource(strings = {"4711", "f:4711:DOMAIN/user", "a b{x}:y%"})
  void givenAnId_whenItsEntriesArePersisted_thenTheyAreReadAsTheyWere(String id) {
    BlacklistEntry session = new OfSession(id, 17, Reason.LOGOUT, 42);
    BlacklistEntry user = new OfUser(id, 17, 42);

    assertThat(PersistedBlacklistEntry.text(session).flatMap(PersistedBlacklistEntry::of))
        .contains(session);
    assertThat(PersistedBlacklistEntry.text(user).flatMap(PersistedBlacklistEntry::of))
        .contains(user);
  }

  /** The database of a running Keycloak holds them. */
  @Test
  void whenAnEntryIsPersisted_thenItsTextIsThatOfEveryOtherVersion() {
    assertThat(PersistedBlacklistEntry.text(new OfSession("sid", 17, Reason.LOGOUT, 42)))
        .contains("token-guard:ENTRY:SESSION:sid:17:LOGOUT:42");
    assertThat(PersistedBlacklistEntry.text(new OfUser("user", 17, 42)))
        .contains("token-guard:ENTRY:USER:user:17::42");
  }

  /** It has an id of its own in Keycloak's list. */
  @Test
  void whenAnAccessTokenIsPersisted_thenItIsNoText() {
    assertThat(PersistedBlacklistEntry.text(new OfAccessToken("id", Reason.LOGOUT, 42))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4711",
        "token-guard:SESSION:realm:LOGOUT:user:sid:17:42",
        "token-guard:ENTRY:REALM:realm:17:LOGOUT:42",
        "token-guard:ENTRY:SESSION:sid:17:UNKNOWN:42",
        "token-guard:ENTRY:SESSION:sid:x:LOGOUT:42"
      })
  void givenAnotherText_whenItIsRead_thenItIsNoEntry(String text) {
    assertThat(PersistedBlacklistEntry.of(text)).isEmpty();
  }
}
