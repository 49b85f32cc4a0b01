package dev.tokenguard.keycloak.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.keycloak.session.SessionRemovals.Removed;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.Trigger;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;

/** The observed persister delegates everything, and reports removals only. */
class SessionRemovalsTest {

  private final List<Method> delegated = new ArrayList<>();
  private final List<Removed> seen = new ArrayList<>();
  private RuntimeException failure;

  private final UserSessionPersisterProvider builtIn =
      proxy(
          UserSessionPersisterProvider.class,
          (self, method, arguments) -> {
            delegated.add(method);
            if (failure != null) {
              throw failure;
            }
            return method.getName().equals("loadUserSession")
                ? userSession()
                : nothing(method.getReturnType());
          });

  @Test
  void given_any_method_of_the_running_version_then_it_is_delegated() throws Exception {
    UserSessionPersisterProvider observed = observed();
    for (Method method : UserSessionPersisterProvider.class.getMethods()) {
      delegated.clear();
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> type == String.class ? "id" : nothing(type))
              .toArray();
      method.invoke(observed, arguments);
      assertThat(delegated).contains(method);
    }
  }

  @Test
  void given_a_removed_session_or_client_session_then_its_user_and_kind_are_known() {
    observed().removeUserSession("sid", true);
    observed().removeUserSession("sid", false);
    observed().removeClientSession("sid", "client", false);
    List<ClientSession> clientSession = List.of(new ClientSession("sid", "client"));
    assertThat(seen)
        .containsExactly(
            new Removed(Trigger.LOGOUT, Sessions.of("user", "sid", SessionKind.OFFLINE)),
            new Removed(Trigger.LOGOUT, Sessions.of("user", "sid", SessionKind.ONLINE)),
            new Removed(
                Trigger.TOKEN_REVOCATION, new ClientSessions("user", clientSession, List.of())));
  }

  @Test
  void given_a_failure_of_the_built_in_one_then_it_is_thrown_as_it_is_and_nothing_is_noted() {
    failure = new IllegalStateException("conflict");
    assertThatThrownBy(() -> observed().removeExpired(null)).isSameAs(failure);
    assertThat(seen).isEmpty();
  }

  private UserSessionPersisterProvider observed() {
    return SessionRemovals.observed(
        session(),
        builtIn,
        (realm, removed) -> {
          seen.add(removed);
          return false;
        });
  }

  private static KeycloakSession session() {
    RealmModel realm = proxy(RealmModel.class, (self, method, arguments) -> null);
    KeycloakContext context =
        proxy(
            KeycloakContext.class,
            (self, method, arguments) -> method.getName().equals("getRealm") ? realm : null);
    KeycloakTransactionManager transactions =
        proxy(KeycloakTransactionManager.class, (self, method, arguments) -> null);
    return proxy(
        KeycloakSession.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getContext" -> context;
              case "getTransactionManager" -> transactions;
              default -> nothing(method.getReturnType());
            });
  }

  private static UserSessionModel userSession() {
    UserModel user =
        proxy(
            UserModel.class,
            (self, method, arguments) -> method.getName().equals("getId") ? "user" : null);
    return proxy(
        UserSessionModel.class,
        (self, method, arguments) -> method.getName().equals("getUser") ? user : null);
  }

  private static Object nothing(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 0;
    }
    return type == long.class ? (Object) 0L : null;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
