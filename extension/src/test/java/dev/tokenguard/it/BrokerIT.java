package dev.tokenguard.it;

import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.Jwt;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A logout at the identity provider, of which Keycloak is told by the back-channel, ends what was
 * logged in there. The identity provider is another realm.
 */
class BrokerIT extends TriggerTest {

  private static final int RACES = 10;
  private static final String UPSTREAM = "upstream";
  private static final String DOWNSTREAM = "downstream";
  private static final String SECRET = "upstream-secret";

  private static AdminApi upstream;

  private final String name = "of-" + user.name();
  private final String upstreamId = upstream.createUser(name, Lab.PASSWORD);

  @BeforeAll
  static void connect() {
    lab.keycloak()
        .admin("")
        .post("", Map.of("realm", UPSTREAM, "enabled", true, "sslRequired", "none"))
        .orFail();
    upstream = lab.keycloak().admin(UPSTREAM);
    upstream.post("/clients", downstream()).orFail();
    lab.admin().post("/identity-provider/instances", identityProvider()).orFail();
  }

  @AfterAll
  static void disconnect() {
    lab.admin().delete("/identity-provider/instances/" + UPSTREAM).orFail();
    upstream.delete("").orFail();
  }

  @Test
  void given_a_logout_upstream_then_that_session_is_dead_and_no_other() {
    Held brokered = brokered();
    String session =
        upstream
            .get("/users/" + upstreamId + "/sessions")
            .orFail()
            .body()
            .path(0)
            .path("id")
            .asText();
    Held refreshed = brokered.refreshed();
    Held another = brokered();
    Held others = login(other);

    upstream.deleteSession(session, false).orFail();

    brokered.assertDead("logged out upstream");
    refreshed.assertDead("logged out upstream, refreshed");
    another.assertAlive("of another session upstream");
    others.assertAlive("of another user");
    brokered().assertAlive("of the next login");
  }

  @Test
  void given_an_administrators_logout_upstream_then_all_sessions_from_there_are_dead() {
    List<Held> held = List.of(brokered(), brokered());

    upstream.logoutUser(upstreamId).orFail();
    Held next = brokered();

    held.forEach(it -> it.assertDead("logged out upstream"));
    next.assertAlive("of the next login");
  }

  @Test
  void given_a_refresh_that_races_a_logout_upstream_then_no_token_born_in_the_race_works() {
    Race.repeat(
        RACES,
        () -> new Race(brokered(), () -> Race.insist(() -> upstream.logoutUser(upstreamId))));
  }

  /** Keycloak writes no event when it removes an offline session by the back-channel. */
  @Test
  void given_an_offline_session_when_the_logout_upstream_removes_it_too_then_it_is_revoked() {
    Held offline = brokered("offline_access");

    upstream.logoutUser(upstreamId).orFail();

    offline.assertDead("logged out upstream, offline");
  }

  private Held brokered(String... scopes) {
    CodeLogin login = client.loginWithBroker(UPSTREAM, name, Lab.PASSWORD, scopes);
    String id = Jwt.claims(login.answer().orFail().accessToken()).path("sub").asText();
    return heldBy(client, new Lab.User(name, id), login.answer());
  }

  private static String realmUri(String realm) {
    return lab.keycloak().baseUri() + "/realms/" + realm;
  }

  private static Map<String, Object> downstream() {
    return Map.of(
        "clientId",
        DOWNSTREAM,
        "secret",
        SECRET,
        "redirectUris",
        List.of(realmUri(Lab.REALM) + "/broker/" + UPSTREAM + "/endpoint"),
        "attributes",
        Map.of(
            "backchannel.logout.url",
            realmUri(Lab.REALM) + "/protocol/openid-connect/logout/backchannel-logout",
            "backchannel.logout.session.required",
            "true",
            "backchannel.logout.revoke.offline.tokens",
            "true"));
  }

  private static Map<String, Object> identityProvider() {
    String openid = realmUri(UPSTREAM) + "/protocol/openid-connect/";
    return Map.of(
        "alias",
        UPSTREAM,
        "providerId",
        "oidc",
        "trustEmail",
        true,
        "config",
        Map.of(
            "clientId",
            DOWNSTREAM,
            "clientSecret",
            SECRET,
            "clientAuthMethod",
            "client_secret_post",
            "issuer",
            realmUri(UPSTREAM),
            "authorizationUrl",
            openid + "auth",
            "tokenUrl",
            openid + "token",
            "useJwksUrl",
            "true",
            "jwksUrl",
            openid + "certs",
            "validateSignature",
            "true"));
  }
}
