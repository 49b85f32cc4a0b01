package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class AppClientTest {

  private final JsonNode clients = Json.read(Path.of("realm.json")).path("clients");

  @Test
  void given_the_realm_then_the_page_offers_its_clients() {
    List<AppClient> inTheRealm =
        StreamSupport.stream(clients.spliterator(), false)
            .filter(client -> client.path("clientId").asText().startsWith("demo-app"))
            .map(
                client ->
                    new AppClient(
                        client.path("clientId").asText(),
                        client.path("attributes").path("token-guard").asText(),
                        client.path("attributes").path("access.token.lifespan").asInt(),
                        storage(client.path("attributes"))))
            .toList();

    assertThat(AppClient.ALL).containsExactlyElementsOf(inTheRealm);
  }

  @Test
  void given_the_clients_of_the_page_then_they_allow_one_origin_and_codes_with_pkce_only() {
    for (JsonNode client : clients) {
      if (client.path("clientId").asText().startsWith("demo-app")) {
        assertThat(client.path("redirectUris").toString())
            .isEqualTo("[\"http://127.0.0.1:8090/\"]");
        assertThat(client.path("webOrigins").toString()).isEqualTo("[\"http://127.0.0.1:8090\"]");
        assertThat(client.path("directAccessGrantsEnabled").asBoolean(true)).isFalse();
        assertThat(client.path("attributes").path("pkce.code.challenge.method").asText())
            .isEqualTo("S256");
      }
    }
  }

  private static String storage(JsonNode attributes) {
    String storage = attributes.path("token-guard-storage").asText("script");
    return attributes.path("dpop.bound.access.tokens").asBoolean() ? "key" : storage;
  }
}
