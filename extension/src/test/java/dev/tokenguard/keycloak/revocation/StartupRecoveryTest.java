package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.keycloak.revocation.StartupRecovery.Page;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget.User;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.session.RevokedToken;
import org.keycloak.models.session.RevokedTokenPersisterProvider;

/** What is read from Keycloak's own list. The outbox's test reads it page by page. */
final class StartupRecoveryTest {

  private static final long LATER = Time.currentTime() + 10_000L;

  private static final BulkRevocation BULK =
      new BulkRevocation("realm", Reason.LOGOUT, Kind.REALM, "", 1);
  private static final Entry SESSION = Entry.ofSession("session", 1, Reason.LOGOUT, LATER);
  private static final String PENDING =
      new Revocation.Pending("realm", Reason.LOGOUT, new Revocation(new User("user"), 1, LATER))
          .texts()
          .get(0);

  private static KeycloakSession with(RevokedToken... persisted) {
    return Fake.of(
        KeycloakSession.class,
        Map.of(
            "getProvider",
            Fake.of(
                RevokedTokenPersisterProvider.class,
                (self, method, arguments) -> Arrays.stream(persisted))));
  }

  private static RevokedToken token(String id) {
    return new RevokedToken(id, LATER);
  }

  @Test
  void given_tokens_sessions_and_revocations_then_all_are_delivered_but_those_that_have_expired() {
    KeycloakSession session =
        with(
            token(PENDING),
            token(SESSION.text()),
            token(BULK.begun()),
            token("token"),
            new RevokedToken("expired", Time.currentTime() - 1L));

    Page page = new StartupRecovery().read(session, 10);

    assertThat(page.rest()).isEmpty();
    assertThat(page.deliveries()).hasSize(2);
    assertThat(page.deliveries().get(0))
        .isInstanceOfSatisfying(
            Delivery.OfEntries.class,
            it ->
                assertThat(it.entries())
                    .containsExactlyInAnyOrder(
                        SESSION, Entry.ofAccessToken("token", Reason.REVOKED, LATER)));
    assertThat(page.deliveries().get(1).texts()).containsExactly(PENDING);
  }

  @Test
  void given_bulk_revocations_then_those_without_an_end_are_unfinished() {
    BulkRevocation ended = new BulkRevocation("other realm", Reason.LOGOUT, Kind.REALM, "", 1);
    KeycloakSession session =
        with(
            token(PENDING),
            token(ended.done()),
            token(BULK.begun()),
            token(ended.begun()),
            token("token"));

    assertThat(StartupRecovery.unfinished(session)).containsExactly(BULK);
  }

  @Test
  void given_no_database_for_revoked_tokens_then_nothing_is_read() {
    KeycloakSession session = Fake.of(KeycloakSession.class, Map.of());

    assertThat(new StartupRecovery().read(session, 10).deliveries()).isEqualTo(List.of());
    assertThat(StartupRecovery.unfinished(session)).isEmpty();
  }
}
