package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Login;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.params.SetParams;

/**
 * The use of revoked tokens is reported, and what is still active of a revoked session is revoked.
 */
class ActivityIT extends RevocationTest {

  private final OidcClient unguarded = lab.client("demo-built-in");

  @Test
  void given_an_active_session_on_the_blacklist_then_its_use_is_an_incident_and_it_is_revoked() {
    Login login = login(unguarded, user);
    String session = login.session();
    lab.redisClient().set("tg:sid:" + session, "logout", SetParams.setParams().ex(900));

    Answer refreshed = unguarded.refresh(login.answer().refreshToken()).orFail();

    awaitReport("REFRESH_TOKEN", session);
    JsonNode incident =
        find("/token-guard/incidents?type=blacklisted-activity", "sessionId", session);
    assertThat(incident.path("userId").asText()).isEqualTo(user.id());
    assertThat(incident.path("clientId").asText()).isEqualTo("demo-built-in");
    assertThat(incident.path("reason").asText()).isEqualTo("logout");
    assertThat(incident.path("ipAddress").asText()).isEqualTo("127.0.0.1");
    assertThat(incident.has("family")).isFalse();
    assertThat(unguarded.refresh(refreshed.refreshToken()).isOk()).isFalse();
    assertThat(unguarded.userinfo(refreshed.accessToken()).status()).isEqualTo(401);
  }

  @Test
  void given_revoked_tokens_then_their_use_is_refused_and_reported_by_session_or_token() {
    Answer loggedOut = user.logIn(unguarded);
    unguarded.logout(loggedOut.refreshToken()).orFail();
    Answer revoked = user.logIn(client);
    client.revoke(revoked.accessToken()).orFail();

    Tokens.assertRevoked(unguarded, loggedOut);
    Tokens.assertRevoked(client, revoked);

    awaitReport("USER_INFO_REQUEST", Tokens.session(loggedOut));
    awaitReport("VALIDATE_ACCESS_TOKEN", Tokens.accessTokenId(revoked));
  }

  @Test
  void given_active_tokens_then_nothing_is_reported() {
    Answer login = user.logIn(client);
    client.userinfo(login.accessToken()).orFail();
    Answer next = client.refresh(login.refreshToken()).orFail();
    client.userinfo(next.accessToken()).orFail();

    assertThat(reports(Tokens.session(login))).isEmpty();
  }

  private static void awaitReport(String type, String id) {
    Await.until(
        "a report of the use of " + id,
        SOON,
        () -> reports(id).anyMatch(line -> line.contains("type=\"" + type + "_ERROR\"")));
  }

  private static Stream<String> reports(String id) {
    return lab.keycloak()
        .log()
        .text()
        .lines()
        .filter(line -> line.contains("error=\"blacklisted_activity\"") && line.contains(id));
  }
}
