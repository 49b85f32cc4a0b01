package dev.tokenguard.it.rotation;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRefusedByKeycloak;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.reuse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
  private static final String INTERCEPTOR = "logins by token-interceptor";
  private static final String TOKEN_TYPE = "urn:ietf:params:oauth:token-type:";

  private final User user = lab.user();

  @BeforeAll
  static void createClients() {
    for (String id : List.of(EXCHANGING, GUARDED_EXCHANGING)) {
      Map<String, String> exchange =
          Map.of(
              "standard.token.exchange.enabled", "true",
              "standard.token.exchange.enableRefreshRequestedTokenType", "SAME_SESSION");
      createClient(
          id,
          Map.of("attributes", exchange),
          List.of(Lab.audience(GUARDED_EXCHANGING), Lab.audience("demo-backend")));
    }
    lab.applyDefaultPolicy(GUARDED_EXCHANGING);
    createClient(
        RESOURCE_SERVER,
        Map.of("serviceAccountsEnabled", true, "authorizationServicesEnabled", true),
        List.of());
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

  private static void createClient(String id, Map<String, ?> fields, List<?> mappers) {
    Map<String, Object> client = new LinkedHashMap<>(fields);
    client.putAll(Map.of("publicClient", false, "secret", "secret", "protocolMappers", mappers));
    lab.createClient(id, client);
  }

  /** Up to Keycloak 26.5, no SPI gets the tokens of these flows. */
  private static void assumeIssuedTokensAreSeen() {
    assumeTrue(lab.has(INTERCEPTOR));
  }

  @Test
  void given_the_hybrid_flow_then_the_access_token_of_the_front_channel_is_revoked() {
    assumeIssuedTokensAreSeen();
    OidcClient client = subject();
    List<String> frontChannel = new ArrayList<>();
    Answer login =
        client.loginWithHybridFlow(user.name(), Lab.PASSWORD, frontChannel::add).answer().orFail();
    assertThat(client.userinfo(frontChannel.get(0)).status()).isEqualTo(200);

    reuse(client, login);

    assertThat(client.userinfo(frontChannel.get(0)).status()).isEqualTo(401);
    String key = "tg:at:" + Jwt.claims(frontChannel.get(0)).path("jti").asText();
    assertThat(lab.redisClient().exists(key)).isTrue();
  }

  @Test
  void given_tokens_by_exchange_with_a_policy_or_without_then_all_are_revoked() {
    assumeIssuedTokensAreSeen();
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer exchanged = exchange(EXCHANGING, login, "access_token");
    Answer again = exchange(GUARDED_EXCHANGING, exchanged, "access_token");
    Answer unguarded = exchange(EXCHANGING, login, "refresh_token");
    Answer guarded = exchange(GUARDED_EXCHANGING, login, "refresh_token");
    Answer next = confidential(GUARDED_EXCHANGING).refresh(guarded.refreshToken()).orFail();
    assertActive(client, exchanged, again, unguarded, next);

    reuse(client, login);

    assertRevoked(client, exchanged, again, unguarded, guarded, next);
    assertRefusedByKeycloak(confidential(EXCHANGING).refresh(unguarded.refreshToken()));
    assertRefused(confidential(GUARDED_EXCHANGING).refresh(next.refreshToken()));
    assertListed(exchanged, again, unguarded, guarded, next);
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

    Answer newest = reuse(client, rpt);

    assertListed(newest);
    if (lab.has(INTERCEPTOR)) {
      assertListed(rpt);
    }
    client.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_reuse_in_the_login_then_its_requesting_party_tokens_are_revoked() {
    assumeIssuedTokensAreSeen();
    OidcClient client = subject();
    Answer login = user.logIn(client);
    Answer rpt = requestingPartyToken(client, login);

    reuse(client, login);

    assertRefused(client.refresh(rpt.refreshToken()));
    assertListed(rpt);
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
}
