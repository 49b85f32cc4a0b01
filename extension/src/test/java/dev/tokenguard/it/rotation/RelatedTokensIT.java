package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRefusedByKeycloak;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A reuse revokes all access tokens of its family, also those that came by another flow. */
class RelatedTokensIT extends LabTest {

  private static final String EXCHANGING = "related-exchanging";
  private static final String GUARDED_EXCHANGING = "related-guarded-exchanging";
  private static final String RESOURCE_SERVER = "related-resource-server";
  private static final String TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";

  private final User user = lab.user();

  @BeforeAll
  static void createClients() {
    exchangeClient(EXCHANGING);
    exchangeClient(GUARDED_EXCHANGING);
    lab.applyDefaultPolicy(GUARDED_EXCHANGING);
    lab.createClient(
        RESOURCE_SERVER,
        Map.of(
            "publicClient", false,
            "secret", "secret",
            "serviceAccountsEnabled", true,
            "authorizationServicesEnabled", true));
    AdminApi admin = lab.admin();
    String server = "/clients/" + admin.clientUuid(RESOURCE_SERVER) + "/authz/resource-server";
    String resource =
        admin.post(server + "/resource", Map.of("name", "album")).orFail().text("_id");
    String role = admin.get("/roles/default-roles-demo").orFail().text("id");
    String policy = "{\"name\": \"anybody\", \"roles\": [{\"id\": \"%s\", \"required\": false}]}";
    String policyId =
        admin.post(server + "/policy/role", policy.formatted(role)).orFail().text("id");
    String permission = "{\"name\": \"view\", \"resources\": [\"%s\"], \"policies\": [\"%s\"]}";
    admin.post(server + "/permission/resource", permission.formatted(resource, policyId)).orFail();
  }

  private static void exchangeClient(String id) {
    Map<String, String> exchange = new LinkedHashMap<>();
    exchange.put("standard.token.exchange.enabled", "true");
    exchange.put("standard.token.exchange.enableRefreshRequestedTokenType", "SAME_SESSION");
    lab.createClient(
        id,
        Map.of(
            "publicClient",
            false,
            "secret",
            "secret",
            "attributes",
            exchange,
            "protocolMappers",
            List.of(Lab.audience(GUARDED_EXCHANGING), Lab.audience("demo-backend"))));
  }

  @Test
  void given_the_hybrid_flow_then_the_access_token_of_the_front_channel_is_revoked() {
    OidcClient client = subject();
    List<String> frontChannel = new ArrayList<>();
    Answer login =
        client.loginWithHybridFlow(user.name(), Lab.PASSWORD, frontChannel::add).answer().orFail();
    assertThat(client.userinfo(frontChannel.get(0)).status()).isEqualTo(200);

    reuse(client, login);

    assertThat(client.userinfo(frontChannel.get(0)).status()).isEqualTo(401);
    assertListed(frontChannel.get(0));
  }

  @Test
  void given_access_tokens_by_exchange_and_again_by_exchange_then_all_are_revoked() {
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer exchanged = exchange(EXCHANGING, login, "access_token");
    Answer again = exchange(GUARDED_EXCHANGING, exchanged, "access_token");
    assertActive(client, again);

    reuse(client, login);

    assertRevoked(client, exchanged, again);
    assertListed(exchanged.accessToken(), again.accessToken());
  }

  @Test
  void given_a_refresh_token_by_exchange_at_a_client_with_a_policy_then_its_family_is_revoked() {
    OidcClient client = subject();
    OidcClient exchanging = confidential(GUARDED_EXCHANGING);
    Answer login = user.logIn(client);
    Answer exchanged = exchange(GUARDED_EXCHANGING, login, "refresh_token");
    Answer next = exchanging.refresh(exchanged.refreshToken()).orFail();

    reuse(client, login);

    assertRefused(exchanging.refresh(next.refreshToken()));
    assertListed(exchanged.accessToken(), next.accessToken());
  }

  @Test
  void given_a_refresh_token_by_exchange_at_a_client_without_a_policy_then_it_is_refused() {
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer exchanged = exchange(EXCHANGING, login, "refresh_token");

    reuse(client, login);

    assertRefusedByKeycloak(confidential(EXCHANGING).refresh(exchanged.refreshToken()));
    assertRevoked(client, exchanged);
    assertListed(exchanged.accessToken());
  }

  @Test
  void given_a_reuse_of_an_exchanged_token_then_the_family_of_the_subject_stays_active() {
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer exchanged = exchange(GUARDED_EXCHANGING, login, "refresh_token");

    reuse(confidential(GUARDED_EXCHANGING), exchanged);

    assertActive(client, login);
    client.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_requesting_party_token_then_its_refresh_token_begins_a_family() {
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer rpt = requestingPartyToken(client, login);
    Answer next = client.refresh(rpt.refreshToken()).orFail();
    Answer newest = client.refresh(next.refreshToken()).orFail();

    assertRefused(client.refresh(rpt.refreshToken()));

    assertListed(rpt.accessToken(), next.accessToken(), newest.accessToken());
    client.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_reuse_in_the_login_then_its_requesting_party_tokens_are_revoked() {
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer rpt = requestingPartyToken(client, login);

    reuse(client, login);

    assertRefused(client.refresh(rpt.refreshToken()));
    assertListed(rpt.accessToken());
  }

  /** A client with a policy, whose access tokens the others may exchange. */
  private static OidcClient subject() {
    return lab.ownClient(
        lab.uniqueId("related"),
        Map.of(
            "implicitFlowEnabled",
            true,
            "protocolMappers",
            List.of(Lab.audience(EXCHANGING), Lab.audience(GUARDED_EXCHANGING))));
  }

  private static OidcClient confidential(String id) {
    return lab.client(id).withSecret("secret");
  }

  private static Answer exchange(String clientId, Answer subject, String type) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
    fields.put("subject_token", subject.accessToken());
    fields.put("subject_token_type", TOKEN_TYPE + "access_token");
    fields.put("requested_token_type", TOKEN_TYPE + type);
    fields.put("scope", "openid");
    return confidential(clientId).token(fields).orFail();
  }

  private static Answer requestingPartyToken(OidcClient client, Answer login) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "urn:ietf:params:oauth:grant-type:uma-ticket");
    fields.put("audience", RESOURCE_SERVER);
    fields.put("permission", "album");
    return client
        .withHeader("Authorization", "Bearer " + login.accessToken())
        .token(fields)
        .orFail();
  }

  private static void reuse(OidcClient client, Answer login) {
    Answer next = client.refresh(login.refreshToken()).orFail();
    client.refresh(next.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
  }

  /** For resource servers, which do not ask Keycloak. */
  private static void assertListed(String... accessTokens) {
    for (String token : accessTokens) {
      String key = "tg:at:" + Jwt.claims(token).path("jti").asText();
      assertThat(lab.redisClient().exists(key)).as(key).isTrue();
    }
  }
}
