package dev.tokenguard.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Login;
import dev.tokenguard.testbed.client.Json;
import dev.tokenguard.testbed.client.OidcClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A policy of the realm keeps the former secret of a client valid for a period. */
class ClientSecretRotationIT extends RevocationTest {

  private final OidcClient app = lab.ownConfidentialClient("rotated-secret");

  @Test
  void given_a_rotated_secret_then_tokens_are_revoked_only_when_the_former_secret_is_removed() {
    rotateSecretsOf(app.clientId());
    Login login = login(app, user);
    Lab.awaitNextSecond();

    String secret = lab.admin().post(path(app) + "/client-secret", null).orFail().text("value");

    assertThat(secret).isNotEqualTo("secret");
    login.assertActive("with the former secret");
    OidcClient renewed = lab.client(app.clientId()).withSecret(secret);
    Login next = login(renewed, user);
    Lab.awaitNextSecond();

    lab.admin().delete(path(app) + "/client-secret/rotated").orFail();

    awaitRevoked(next);
    next.assertRevoked("former secret removed");
    login(renewed, user).assertActive("the next login");
  }

  private static void rotateSecretsOf(String clientId) {
    lab.admin().setClientAttribute(clientId, "secret-group", clientId);
    add(
        "profiles",
        """
        {"name": "%1$s-secret", "executors": [{"executor": "secret-rotation", "configuration": {
          "expiration-period": 2505600, "rotated-expiration-period": 172800,
          "remaining-rotation-period": 864000}}]}
        """
            .formatted(clientId));
    add(
        "policies",
        """
        {"name": "%1$s-secret", "enabled": true, "profiles": ["%1$s-secret"], "conditions": [
          {"condition": "client-attributes", "configuration": {
            "attributes": "[{\\"key\\":\\"secret-group\\",\\"value\\":\\"%1$s\\"}]"}}]}
        """
            .formatted(clientId));
  }

  private static void add(String list, String one) {
    List<JsonNode> all = new ArrayList<>();
    lab.admin().get("/client-policies/" + list).orFail().body().path(list).forEach(all::add);
    all.add(Json.parse(one));
    lab.admin().put("/client-policies/" + list, Map.of(list, all)).orFail();
  }
}
