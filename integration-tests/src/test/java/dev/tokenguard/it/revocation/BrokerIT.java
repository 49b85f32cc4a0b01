package dev.tokenguard.it.revocation;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A logout at the identity provider, which notifies Keycloak by the back channel, revokes what was
 * logged in there. The identity provider is another realm.
 */
class BrokerIT extends RevocationTest {

  private static final String UPSTREAM = "upstream";

  private static AdminApi upstream;

  private final String name = "of-" + user.name();
  private final String upstreamId = upstream.createUser(name, Lab.PASSWORD);

  @BeforeAll
  static void connect() {
    Map<String, Object> realm = Map.of("realm", UPSTREAM, "enabled", true, "sslRequired", "none");
    lab.keycloak().admin("master").createRealm(realm).orFail();
    upstream = lab.keycloak().admin(UPSTREAM);
    String client =
        """
        {"clientId": "downstream", "secret": "upstream-secret",
         "redirectUris": ["%1$s/broker/upstream/endpoint"],
         "attributes": {
          "backchannel.logout.url": "%1$s/protocol/openid-connect/logout/backchannel-logout",
          "backchannel.logout.session.required": "true",
          "backchannel.logout.revoke.offline.tokens": "true"}}
        """;
    upstream.post("/clients", client.formatted(realmUri(Lab.REALM))).orFail();
    String provider =
        """
        {"alias": "upstream", "providerId": "oidc", "trustEmail": true, "config": {
          "clientId": "downstream", "clientSecret": "upstream-secret",
          "clientAuthMethod": "client_secret_post", "issuer": "%1$s",
          "authorizationUrl": "%1$s/protocol/openid-connect/auth",
          "tokenUrl": "%1$s/protocol/openid-connect/token",
          "jwksUrl": "%1$s/protocol/openid-connect/certs",
          "useJwksUrl": "true", "validateSignature": "true"}}
        """;
    lab.admin()
        .post("/identity-provider/instances", provider.formatted(realmUri(UPSTREAM)))
        .orFail();
  }

  @AfterAll
  static void disconnect() {
    lab.admin().delete("/identity-provider/instances/" + UPSTREAM).orFail();
    upstream.delete("").orFail();
  }

  @Test
  void given_a_logout_upstream_then_that_session_is_revoked_and_no_other() {
    Login brokered = brokered();
    String sessions = "/users/" + upstreamId + "/sessions";
    String session = upstream.get(sessions).orFail().body().path(0).path("id").asText();
    Login refreshed = brokered.refreshed();
    Login another = brokered();
    Login ofOtherUser = login(other);

    upstream.deleteSession(session, false).orFail();

    assertRevoked(List.of(brokered, refreshed), "logged out upstream");
    another.assertActive("of another session upstream");
    ofOtherUser.assertActive("of another user");
    brokered().assertActive("the next login");
  }

  /** Keycloak writes no event when it removes an offline session by the back channel. */
  @Test
  void given_an_offline_session_when_the_logout_upstream_removes_all_then_it_is_revoked_too() {
    // Keycloak up to 26.6 notifies of one session only (keycloak#27359).
    List<Login> logins =
        lab.has("sessions read-only")
            ? List.of(brokered(), brokered("offline_access"))
            : List.of(brokered("offline_access"));

    upstream.logoutUser(upstreamId).orFail();
    Login next = brokered();

    assertRevoked(logins, "logged out upstream");
    next.assertActive("the next login");
  }

  @Test
  void given_a_refresh_that_races_a_logout_upstream_then_no_token_issued_meanwhile_is_active() {
    Race.repeat(
        TestLength.of(1, 10),
        () -> Race.withRequest(brokered(), () -> upstream.logoutUser(upstreamId)));
  }

  private Login brokered(String... scopes) {
    CodeLogin login = client.loginWithBroker(UPSTREAM, name, Lab.PASSWORD, scopes);
    String id = Jwt.claims(login.answer().orFail().accessToken()).path("sub").asText();
    return login(client, new Lab.User(name, id), login.answer());
  }

  private static String realmUri(String realm) {
    return lab.keycloak().baseUri() + "/realms/" + realm;
  }
}
