package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That the revocation of many users has begun or is done can be persisted and read again. */
final class BulkRevocationTest {

  private static final String REALM = "0d9b7e64-5a1c-4f0e-8d7b-3c2a1f0e9d8c";
  private static final String CLIENT = "7d444840-9dc0-41d1-b245-5ffdce74fad2";

  /** The column of Keycloak's database that takes a text. */
  private static final int COLUMN = 255;

  private static final BulkRevocation OF_REALM =
      new BulkRevocation(REALM, Reason.LOGOUT, Optional.empty(), 1_795_000_000);
  private static final BulkRevocation OF_CLIENT =
      new BulkRevocation(REALM, Reason.CLIENT_DISABLED, Optional.of(CLIENT), 1_795_000_000);

  @Test
  void whenItHasBegun_thenItIsUnfinished() {
    assertThat(BulkRevocation.unfinished(List.of(OF_REALM.begun(), OF_CLIENT.begun())))
        .containsExactly(OF_REALM, OF_CLIENT);
  }

  @Test
  void whenItIsDone_thenItIsNotUnfinishedAndOthersStillAre() {
    assertThat(
            BulkRevocation.unfinished(
                List.of(OF_REALM.done(), OF_REALM.begun(), OF_CLIENT.begun())))
        .containsExactly(OF_CLIENT);
  }

  @Test
  void whenAnotherOneOfTheSameClientIsDone_thenTheLaterOneIsUnfinished() {
    BulkRevocation later =
        new BulkRevocation(REALM, Reason.CLIENT_DISABLED, Optional.of(CLIENT), 1_795_000_001);
    assertThat(
            BulkRevocation.unfinished(List.of(OF_CLIENT.begun(), OF_CLIENT.done(), later.begun())))
        .containsExactly(later);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void whateverTheReason_thenItIsReadAgainAndItsTextFitsIntoTheColumn(Reason reason) {
    for (BulkRevocation.Kind kind : BulkRevocation.Kind.values()) {
      BulkRevocation bulk = new BulkRevocation(REALM, reason, kind, CLIENT, Long.MAX_VALUE / 1000);
      assertThat(bulk.begun()).hasSizeLessThanOrEqualTo(COLUMN);
      assertThat(bulk.done()).hasSizeLessThanOrEqualTo(COLUMN);
      assertThat(BulkRevocation.unfinished(List.of(bulk.begun()))).containsExactly(bulk);
      assertThat(BulkRevocation.unfinished(List.of(bulk.begun(), bulk.done()))).isEmpty();
    }
  }

  @Test
  void givenARealmIdWithOddCharacters_thenItIsReadAgain() {
    BulkRevocation odd =
        new BulkRevocation("my realm:é %3A", Reason.LOGOUT, Optional.empty(), 1_795_000_000);
    assertThat(BulkRevocation.unfinished(List.of(odd.begun()))).containsExactly(odd);
  }

  @Test
  void whenATextIsWrittenDown_thenNobodyTakesItForATokenOrForTheRevocationOfOneUser() {
    assertThat(PendingRevocation.isText(OF_REALM.begun())).isTrue();
    assertThat(PendingRevocation.of(OF_REALM.begun())).isEmpty();
    assertThat(PendingRevocation.of(OF_CLIENT.done())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "token-guard",
        "token-guard:WIDE:r:LOGOUT::1795000000",
        "token-guard:BULK:r:LOGOUT:REALM::1795000000",
        "token-guard:BULK:r:LOGOUT:GALAXY::1795000000:BEGUN",
        "token-guard:BULK:r:LOGOUT:REALM::soon:BEGUN",
        "token-guard:WIDE:r:NO_REASON::1795000000:BEGUN",
        "token-guard:WIDE:r:LOGOUT::soon:BEGUN",
        "token-guard:WIDE:r:LOGOUT::1795000000:LATER",
        "token-guard:TALL:r:LOGOUT::1795000000:BEGUN",
        "stranger:WIDE:r:LOGOUT::1795000000:BEGUN",
        "token-guard:WIDE:%:LOGOUT::1795000000:BEGUN"
      })
  void whenATextIsNotOurs_thenNothingIsUnfinished(String text) {
    assertThat(BulkRevocation.unfinished(List.of(text))).isEmpty();
  }
}
