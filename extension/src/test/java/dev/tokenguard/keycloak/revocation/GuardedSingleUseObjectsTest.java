package dev.tokenguard.keycloak.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.keycloak.revocation.GuardedSingleUseObjectsFactory.BuiltIn;
import dev.tokenguard.keycloak.revocation.GuardedSingleUseObjectsFactory.GuardedSingleUseObjects;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/**
 * Which of Keycloak's single-use objects are recorded in Redis, and how often Keycloak gets one.
 */
final class GuardedSingleUseObjectsTest {

  private static final Map<String, String> NOTES = Map.of("note", "text");

  private final List<String> calls = new ArrayList<>();

  /** What Keycloak shows to others when a transaction is committed. */
  private final List<String> committed = new ArrayList<>();

  private final SingleUseObjectProvider builtIn =
      recorded(SingleUseObjectProvider.class, "built-in");
  private final SingleUseObjectProvider objects =
      new GuardedSingleUseObjects(builtIn, recorded(RevokedTokenList.class, "list"));

  private <T> T recorded(Class<T> type, String name) {
    return Fake.of(
        type,
        (self, method, arguments) -> {
          calls.add(name + " " + method.getName() + " " + arguments[0]);
          boolean isKnown = committed.isEmpty() || committed.contains((String) arguments[0]);
          return method.getReturnType() == Map.class ? NOTES : (Object) isKnown;
        });
  }

  @Test
  void given_a_revoked_token_then_it_is_on_the_list_by_its_id() {
    objects.put("onrtrt:1.revoked", 60, Map.of());
    assertThat(objects.contains("onrtrt:1.revoked")).isTrue();
    assertThat(calls).containsExactly("list put onrtrt:1", "list contains onrtrt:1");
  }

  /** A code, a pushed request, a device code, a proof of possession, an action token, a lock. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "f0c4b1a2-5f0e-4f43-9ef9-8f1f0f1a2b3c",
        "urn:ietf:params:oauth:request_uri:8c7d",
        "deviceCode:6f5a",
        "dpop-jti-1c2b",
        "reset-credentials.user.1700000000.nonce",
        "refreshLock:sid:reuse",
        ".revoked.not"
      })
  void given_any_other_object_then_only_the_built_in_provider_is_used(String key) {
    objects.put(key, 60, NOTES);
    assertThat(objects.contains(key)).isTrue();
    assertThat(objects.get(key)).isEqualTo(NOTES);
    assertThat(objects.replace(key, Map.of())).isTrue();
    assertThat(objects.putIfAbsent(key, 60)).isTrue();
    assertThat(objects.remove(key)).isEqualTo(NOTES);
    assertThat(calls)
        .containsExactly(
            "built-in put " + key,
            "built-in contains " + key,
            "built-in get " + key,
            "built-in replace " + key,
            "built-in putIfAbsent " + key,
            "built-in remove " + key);
  }

  private RevokedTokenList list() {
    Map<Object, Object> attributes = new HashMap<>();
    KeycloakSession session =
        Fake.of(
            KeycloakSession.class,
            (self, method, arguments) ->
                method.getName().equals("getAttribute")
                    ? attributes.get(arguments[0])
                    : attributes.put(arguments[0], arguments[1]));
    return new BuiltIn(session, builtIn);
  }

  /** Keycloak throws when a transaction puts a key twice. */
  @Test
  void given_a_token_that_is_revoked_again_then_keycloak_gets_it_once() {
    committed.add("another");
    RevokedTokenList request = list();
    assertThat(request.put("1", 60)).isTrue();
    assertThat(request.put("1", 60)).isFalse();
    committed.add("1.revoked");
    assertThat(list().put("1", 60)).isFalse();
    assertThat(list().contains("1")).isTrue();
    assertThat(list().contains("2")).isFalse();
    assertThat(calls).containsOnlyOnce("built-in put 1.revoked");
  }
}
