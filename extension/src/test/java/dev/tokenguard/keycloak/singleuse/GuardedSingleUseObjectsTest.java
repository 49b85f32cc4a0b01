package dev.tokenguard.keycloak.singleuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.models.SingleUseObjectProvider;

/** Which of Keycloak's single-use objects reach Redis. */
final class GuardedSingleUseObjectsTest {

  private final BuiltIn builtIn = new BuiltIn();
  private final Revoked revoked = new Revoked();
  private final SingleUseObjectProvider objects = new GuardedSingleUseObjects(builtIn, revoked);

  @Test
  void givenARevokedToken_whenItIsPut_thenItIsOnTheListByItsId() {
    objects.put("onrtrt:1.revoked", 60, Map.of());

    assertThat(revoked.calls).containsExactly("put onrtrt:1 60");
    assertThat(builtIn.calls).isEmpty();
  }

  @Test
  void givenARevokedToken_whenItIsAskedFor_thenTheListAnswers() {
    revoked.isRevoked = true;

    assertThat(objects.contains("onrtrt:1.revoked")).isTrue();
    assertThat(revoked.calls).containsExactly("contains onrtrt:1");
    assertThat(builtIn.calls).isEmpty();
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
  void givenAnyOtherObject_whenItIsUsed_thenOnlyTheBuiltInProviderIs(String key) {
    Map<String, String> notes = Map.of("note", "text");

    objects.put(key, 60, notes);
    assertThat(objects.contains(key)).isTrue();
    assertThat(objects.get(key)).isEqualTo(notes);
    assertThat(objects.replace(key, Map.of())).isTrue();
    assertThat(objects.putIfAbsent(key, 60)).isFalse();
    assertThat(objects.remove(key)).isEqualTo(Map.of());

    assertThat(builtIn.calls)
        .containsExactly("put", "contains", "get", "replace", "putIfAbsent", "remove");
    assertThat(revoked.calls).isEmpty();
  }

  private static final class Revoked implements RevokedTokenList {
    private final List<String> calls = new ArrayList<>();
    private boolean isRevoked;

    @Override
    public boolean put(String id, long lifespanSeconds) {
      calls.add("put " + id + " " + lifespanSeconds);
      return true;
    }

    @Override
    public boolean contains(String id) {
      calls.add("contains " + id);
      return isRevoked;
    }
  }

  private static final class BuiltIn implements SingleUseObjectProvider {
    private final List<String> calls = new ArrayList<>();
    private final Map<String, Map<String, String>> stored = new HashMap<>();

    @Override
    public void put(String key, long lifespanSeconds, Map<String, String> notes) {
      calls.add("put");
      stored.put(key, notes);
    }

    @Override
    public Map<String, String> get(String key) {
      calls.add("get");
      return stored.get(key);
    }

    @Override
    public Map<String, String> remove(String key) {
      calls.add("remove");
      return stored.remove(key);
    }

    @Override
    public boolean replace(String key, Map<String, String> notes) {
      calls.add("replace");
      return stored.replace(key, notes) != null;
    }

    @Override
    public boolean putIfAbsent(String key, long lifespanInSeconds) {
      calls.add("putIfAbsent");
      return stored.putIfAbsent(key, Map.of()) == null;
    }

    @Override
    public boolean contains(String key) {
      calls.add("contains");
      return stored.containsKey(key);
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }
}
