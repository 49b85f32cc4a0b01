package dev.tokenguard.keycloak.singleuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/** Keycloak throws when a transaction puts a key twice, and shows it to others when it commits. */
final class SingleUseRevokedTokensTest {

  private final List<String> puts = new ArrayList<>();
  private final Set<String> committed = new HashSet<>();

  @Test
  void givenATokenThatOneRequestRevokesTwice_thenKeycloakIsGivenItOnce() {
    KeycloakSession session = session();

    assertThat(list(session).put("1", 60)).isTrue();
    assertThat(list(session).put("1", 60)).isFalse();

    assertThat(puts).containsExactly("1.revoked");
  }

  @Test
  void givenATokenThatIsRevoked_whenAnotherRequestRevokesIt_thenItWasOnTheList() {
    list(session()).put("1", 60);
    committed.addAll(puts);

    assertThat(list(session()).put("1", 60)).isFalse();
    assertThat(list(session()).contains("1")).isTrue();
    assertThat(list(session()).contains("2")).isFalse();
    assertThat(puts).hasSize(1);
  }

  private RevokedTokenList list(KeycloakSession session) {
    return new SingleUseRevokedTokens.BuiltIn(session, objects());
  }

  private SingleUseObjectProvider objects() {
    return proxy(
        SingleUseObjectProvider.class,
        (method, arguments) ->
            switch (method) {
              case "put" -> {
                puts.add((String) arguments[0]);
                yield null;
              }
              case "contains" -> committed.contains((String) arguments[0]);
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private static KeycloakSession session() {
    Map<String, Object> attributes = new HashMap<>();
    return proxy(
        KeycloakSession.class,
        (method, arguments) ->
            switch (method) {
              case "getAttribute" -> attributes.get((String) arguments[0]);
              case "setAttribute" -> {
                attributes.put((String) arguments[0], arguments[1]);
                yield null;
              }
              default -> throw new UnsupportedOperationException(method);
            });
  }

  private interface Call {
    Object answer(String method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> call.answer(method.getName(), arguments)));
  }
}
