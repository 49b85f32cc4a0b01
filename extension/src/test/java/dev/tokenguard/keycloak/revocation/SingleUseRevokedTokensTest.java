package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.Fake;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/** Keycloak throws when a transaction puts a key twice, and shows it to others when it commits. */
final class SingleUseRevokedTokensTest {

  private final List<String> puts = new ArrayList<>();
  private final List<String> committed = new ArrayList<>();
  private final SingleUseObjectProvider objects =
      Fake.of(
          SingleUseObjectProvider.class,
          (self, method, arguments) ->
              switch (method.getName()) {
                case "put" -> {
                  puts.add((String) arguments[0]);
                  yield null;
                }
                case "contains" -> committed.contains((String) arguments[0]);
                default -> throw new UnsupportedOperationException(method.getName());
              });

  @Test
  void given_a_request_that_revokes_a_token_twice_then_keycloak_gets_it_once() {
    KeycloakSession session = session();

    assertThat(list(session).put("1", 60)).isTrue();
    assertThat(list(session).put("1", 60)).isFalse();
    assertThat(puts).containsExactly("1.revoked");
  }

  @Test
  void given_a_revoked_token_when_another_request_revokes_it_then_it_was_on_the_list() {
    list(session()).put("1", 60);
    committed.addAll(puts);

    assertThat(list(session()).put("1", 60)).isFalse();
    assertThat(list(session()).contains("1")).isTrue();
    assertThat(list(session()).contains("2")).isFalse();
    assertThat(puts).hasSize(1);
  }

  private RevokedTokenList list(KeycloakSession session) {
    return new GuardedSingleUseObjectsFactory.BuiltIn(session, objects);
  }

  private static KeycloakSession session() {
    Map<Object, Object> attributes = new HashMap<>();
    return Fake.of(
        KeycloakSession.class,
        (self, method, arguments) ->
            method.getName().equals("getAttribute")
                ? attributes.get(arguments[0])
                : attributes.put(arguments[0], arguments[1]));
  }
}
