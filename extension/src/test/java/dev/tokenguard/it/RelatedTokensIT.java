package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertDead;
import static dev.tokenguard.it.Family.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CodeLogin;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A reuse revokes all access tokens of its family, also those that came another way. */
class RelatedTokensIT extends LabTest {

  private static final String EXCHANGING = "related-exchanging";
  private static final String GUARDED_EXCHANGING = "related-guarded-exchanging";
  private static final String RESOURCE_SERVER = "related-resource-server";

  private final User user = lab.user();

  @BeforeAll
  static void createClients() {
    exchangeClient(EXCHANGING);
    exchangeClient(GUARDED_EXCHANGING);
    lab.setPolicyOf(GUARDED_EXCHANGING);
    AdminApi admin = lab.admin();
    create(
        RESOURCE_SERVER,
        Map.of(
            "publicClient", false,
            "secret", "secret",
            "serviceAccountsEnabled", true,
            "authorizationServicesEnabled", true));
    String server = "/clients/" + admin.clientUuid(RESOURCE_SERVER) + "/authz/resource-server";
    String resource =
        admin.post(server + "/resource", Map.of("name", "album")).orFail().text("_id");
    String role = admin.get("/roles/default-roles-demo").orFail().text("id");
    String policy =
        admin
            .post(
                server + "/policy/role",
                Map.of("name", "anybody", "roles", List.of(Map.of("id", role, "required", false))))
            .orFail()
            .text("id");
    admin
        .post(
            server + "/permission/resource",
            Map.of("name", "view", "resources", List.of(resource), "policies", List.of(policy)))
        .orFail();
  }

  private static void exchangeClient(String id) {
    create(
        id,
        Map.of(
            "publicClient",
            false,
            "secret",
            "secret",
            "attributes",
            Map.of(
                "policy-group",
                id,
                "standard.token.exchange.enabled",
                "true",
                "standard.token.exchange.enableRefreshRequestedTokenType",
                "SAME_SESSION"),
            "protocolMappers",
            List.of(audience(GUARDED_EXCHANGING), audience("demo-backend"))));
  }

  private static void create(String id, Map<String, ?> fields) {
    Map<String, Object> client = new LinkedHashMap<>(Map.of("clientId", id));
    client.putAll(fields);
    lab.admin().post("/clients", client).orFail();
  }

  private static Map<String, Object> audience(String clientId) {
    return Map.of(
        "name",
        "audience-" + clientId,
        "protocol",
        "openid-connect",
        "protocolMapper",
        "oidc-audience-mapper",
        "config",
        Map.of("included.client.audience", clientId, "access.token.claim", "true"));
  }

  @Test
  void given_the_hybrid_flow_then_the_access_token_of_the_front_channel_is_revoked() {
    OidcClient client = subject(Map.of("implicitFlowEnabled", true));
    List<String> frontChannel = new ArrayList<>();
    CodeLogin login = client.loginWithHybridFlow(user.name(), Lab.PASSWORD, frontChannel::add);
    assertThat(client.userinfo(frontChannel.get(0)).status()).isEqualTo(200);

    reuse(client, login.answer().orFail());

    assertThat(client.userinfo(frontChannel.get(0)).status()).isEqualTo(401);
    assertNamed(frontChannel.get(0));
  }

  @Test
  void given_access_tokens_by_exchange_and_again_by_exchange_then_all_are_revoked() {
    OidcClient client = subject(Map.of());
    Answer login = user.logIn(client);
    Answer exchanged = exchange(EXCHANGING, login, "access_token");
    Answer again = exchange(GUARDED_EXCHANGING, exchanged, "access_token");
    assertAlive(client, again);

    reuse(client, login);

    assertDead(client, exchanged);
    assertDead(client, again);
    assertNamed(exchanged.accessToken());
    assertNamed(again.accessToken());
  }

  @Test
  void given_a_refresh_token_by_exchange_at_a_client_with_a_policy_then_its_family_is_revoked() {
    OidcClient client = subject(Map.of());
    OidcClient exchanging = lab.client(GUARDED_EXCHANGING).withSecret("secret");
    Answer login = user.logIn(client);
    Answer exchanged = exchange(GUARDED_EXCHANGING, login, "refresh_token");
    Answer next = exchanging.refresh(exchanged.refreshToken()).orFail();

    reuse(client, login);

    assertRefused(exchanging.refresh(next.refreshToken()));
    assertNamed(exchanged.accessToken());
    assertNamed(next.accessToken());
  }

  @Test
  void given_a_refresh_token_by_exchange_at_a_client_without_a_policy_then_it_is_refused() {
    OidcClient client = subject(Map.of());
    Answer login = user.logIn(client);
    Answer exchanged = exchange(EXCHANGING, login, "refresh_token");

    reuse(client, login);

    Family.assertRefusedByKeycloak(
        lab.client(EXCHANGING).withSecret("secret").refresh(exchanged.refreshToken()));
    assertDead(client, exchanged);
    assertNamed(exchanged.accessToken());
  }

  @Test
  void given_a_reuse_of_what_was_exchanged_then_the_family_of_the_subject_goes_on() {
    OidcClient client = subject(Map.of());
    Answer login = user.logIn(client);
    Answer exchanged = exchange(GUARDED_EXCHANGING, login, "refresh_token");

    reuse(lab.client(GUARDED_EXCHANGING).withSecret("secret"), exchanged);

    assertAlive(client, login);
    client.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_requesting_party_token_then_its_refresh_token_begins_a_family_that_names_it() {
    OidcClient client = subject(Map.of());
    Answer login = user.logIn(client);
    Answer rpt = requestingPartyToken(client, login);
    Answer next = client.refresh(rpt.refreshToken()).orFail();
    Answer newest = client.refresh(next.refreshToken()).orFail();

    assertRefused(client.refresh(rpt.refreshToken()));

    for (Answer each : List.of(rpt, next, newest)) {
      assertNamed(each.accessToken());
    }
    client.refresh(login.refreshToken()).orFail();
  }

  @Test
  void given_a_reuse_in_the_login_then_its_requesting_party_tokens_are_revoked() {
    OidcClient client = subject(Map.of());
    Answer login = user.logIn(client);
    Answer rpt = requestingPartyToken(client, login);

    reuse(client, login);

    assertRefused(client.refresh(rpt.refreshToken()));
    assertNamed(rpt.accessToken());
  }

  /** A client with a policy, whose access tokens the others may exchange. */
  private static OidcClient subject(Map<String, ?> fields) {
    String id = "related-" + UUID.randomUUID();
    Map<String, Object> all =
        new LinkedHashMap<>(
            Map.of(
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "redirectUris",
                List.of("http://127.0.0.1/*"),
                "attributes",
                Map.of("policy-group", id),
                "protocolMappers",
                List.of(audience(EXCHANGING), audience(GUARDED_EXCHANGING))));
    all.putAll(fields);
    create(id, all);
    lab.setPolicyOf(id);
    return lab.client(id);
  }

  private static Answer exchange(String clientId, Answer subject, String type) {
    return lab.client(clientId)
        .withSecret("secret")
        .token(
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                subject.accessToken(),
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:" + type,
                "scope",
                "openid"))
        .orFail();
  }

  private static Answer requestingPartyToken(OidcClient client, Answer login) {
    return client
        .withHeader("Authorization", "Bearer " + login.accessToken())
        .token(
            Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:uma-ticket",
                "audience",
                RESOURCE_SERVER,
                "permission",
                "album"))
        .orFail();
  }

  private static void reuse(OidcClient client, Answer login) {
    Answer next = client.refresh(login.refreshToken()).orFail();
    client.refresh(next.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
  }

  /** For resource servers, which do not ask Keycloak. */
  private static void assertNamed(String accessToken) {
    String id = Jwt.claims(accessToken).path("jti").asText();
    assertThat(lab.redisClient().exists("tg:at:" + id)).as("tg:at:%s", id).isTrue();
  }
}
