package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a session, or the revocation of a token, reaches that and nothing else. */
class SessionRevocationIT extends RevocationTest {

  @Test
  void given_a_users_logout_then_that_session_is_revoked_and_no_other() {
    Login one = login(user);
    Login another = login(user);
    Login offline = login(user, "offline_access");

    client.logout(one.answer().refreshToken()).orFail();
    client.logout(offline.answer().refreshToken()).orFail();

    one.assertRevoked("logged out");
    offline.assertRevoked("logged out by the offline token");
    another.assertActive("another session");
  }

  @Test
  void given_a_session_removed_by_an_administrator_then_it_is_revoked_and_no_other() {
    Login one = login(user);
    Login offline = login(user, "offline_access");
    Login another = login(user);

    lab.admin().deleteSession(one.session(), false).orFail();
    lab.admin().deleteSession(offline.session(), true).orFail();

    one.assertRevoked("removed");
    offline.assertRevoked("removed offline session");
    another.assertActive("another session");
  }

  @Test
  void given_a_revoked_refresh_token_of_any_generation_then_the_family_is_revoked() {
    Login one = login(user);
    Login next = one.refreshed();
    Login last = next.refreshed();
    Login atOtherClient = login(secondClient, user);

    client.revoke(next.answer().refreshToken()).orFail();

    assertRevoked(List.of(one, next, last), "revoked");
    atOtherClient.assertActive("at another client");
    // RFC 7009, section 2.2: an invalid token is no error.
    client.revoke(next.answer().refreshToken()).orFail();
    client.revoke("no token at all").orFail();
  }

  @Test
  void given_a_revoked_access_token_then_it_is_refused_and_the_family_stays_active() {
    Login one = login(user);
    client.revoke(one.answer().accessToken()).orFail();
    assertThat(client.userinfo(one.answer().accessToken()).status()).isEqualTo(401);
    assertThat(one.isOnBlacklist()).isTrue();
    one.refreshed().assertActive("after the next refresh");
  }

  @Test
  void given_an_authorization_code_used_twice_then_what_it_gave_is_revoked() {
    List<Answer> answers = client.loginWithCodeTwice(user.name(), Lab.PASSWORD);
    assertThat(answers.get(1).error()).isEqualTo("invalid_grant");
    login(answers.get(0).orFail()).assertRevoked("code used twice");
  }

  @Test
  void given_a_limit_of_sessions_that_removes_the_oldest_then_its_tokens_are_revoked() {
    OidcClient app = lab.ownClient("limited");
    limitSessionsToOne(app);
    Login oldest = login(app, user);
    Login newest = login(app, user);
    oldest.assertRevoked("removed by the limit");
    newest.assertActive("the newest");
  }

  @ParameterizedTest
  @CsvSource({"'', true", "session-and-offline, false"})
  void given_a_logout_in_the_browser_then_the_setting_of_the_realm_decides_on_offline_tokens(
      String scope, boolean isOfflineActive) {
    withTrigger(
        "logout",
        scope,
        () -> {
          CodeLogin browser = client.loginWithCode(user.name(), Lab.PASSWORD);
          Login online = login(browser.answer().orFail());
          Answer granted =
              secondClient.loginWithCode(browser.cookies(), "offline_access").answer().orFail();
          Login offline = login(secondClient, user, granted);
          assertThat(offline.session()).isEqualTo(online.session());

          client.logoutInBrowser(browser.cookies(), online.answer().idToken());

          online.assertRevoked("logged out");
          if (isOfflineActive) {
            offline.refreshed().refreshed();
          } else {
            offline.assertRevoked("offline, too");
          }
          assertThat(lab.events("REFRESH_TOKEN_ERROR", user))
              .filteredOn(it -> it.path("error").asText().equals("blacklisted_activity"))
              .isEmpty();
        });
  }

  /** At the logout the setting of the client has changed; what was issued counts. */
  @ParameterizedTest
  @CsvSource({"-1, -1", "20000, 60"})
  void given_access_tokens_with_a_long_lifespan_then_the_entries_are_kept_as_long(
      String lifespan, String lifespanAtLogout) {
    OidcClient app = lab.ownClient("long-lived");
    lab.admin().setClientAttribute(app.clientId(), "access.token.lifespan", lifespan);
    Login loggedOut = login(app, user);
    Login reset = login(app, user);
    long left = reset.answer().body().path("expires_in").asLong();
    assertThat(left).isGreaterThan(3_600);
    lab.admin().setClientAttribute(app.clientId(), "access.token.lifespan", lifespanAtLogout);

    app.logout(loggedOut.answer().refreshToken()).orFail();
    lab.admin().resetPassword(user.id(), NEW_PASSWORD).orFail();

    for (String id :
        List.of("sid:" + loggedOut.session(), "sub:" + user.id(), "sid:" + reset.session())) {
      String key = "tg:" + id;
      Await.until(key, SOON, () -> lab.redisClient().ttl(key) > 0);
      assertThat(lab.redisClient().ttl(key)).as(key).isGreaterThanOrEqualTo(left - 15);
    }
  }

  /** At most one session at the client: a flow for its password grant. */
  private static void limitSessionsToOne(OidcClient app) {
    AdminApi admin = lab.admin();
    String flows = "/authentication/flows";
    String flow = lab.uniqueId("flow");
    String executions = flows + "/" + flow + "/executions";
    String limits = "user-session-limits";
    admin.post(flows + "/direct%20grant/copy", Map.of("newName", flow)).orFail();
    admin.post(executions + "/execution", Map.of("provider", limits)).orFail();
    ObjectNode execution = (ObjectNode) find(executions, "providerId", limits);
    admin.put(executions, execution.put("requirement", "REQUIRED")).orFail();
    String config =
        """
        {"alias": "%s", "config": {"behavior": "Terminate oldest session",
         "userRealmLimit": "0", "userClientLimit": "1"}}
        """;
    String path = "/authentication/executions/" + execution.path("id").asText() + "/config";
    admin.post(path, config.formatted(flow)).orFail();
    String flowId = find(flows, "alias", flow).path("id").asText();
    change(
        path(app),
        it -> it.putObject("authenticationFlowBindingOverrides").put("direct_grant", flowId));
  }
}
