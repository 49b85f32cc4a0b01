package dev.tokenguard.keycloak.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.keycloak.session.ObservedSessionPersisterFactory.Removed;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.Trigger;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.UserSessionPersisterProvider;

/** The observed persister delegates everything, and reports removals only. */
class ObservedSessionPersisterFactoryTest {

  private static final UserModel USER = Fake.of(UserModel.class, Map.of("getId", "user"));
  private static final UserSessionModel USER_SESSION =
      Fake.of(UserSessionModel.class, Map.of("getUser", USER));
  private static final RealmModel REALM = Fake.of(RealmModel.class, Map.of());
  private static final KeycloakContext CONTEXT =
      Fake.of(KeycloakContext.class, Map.of("getRealm", REALM));
  private static final KeycloakTransactionManager TRANSACTIONS =
      Fake.of(KeycloakTransactionManager.class, Map.of());
  private static final KeycloakSession SESSION =
      Fake.of(
          KeycloakSession.class,
          Map.of("getContext", CONTEXT, "getTransactionManager", TRANSACTIONS));

  private final List<Method> delegated = new ArrayList<>();
  private final List<Removed> seen = new ArrayList<>();
  private RuntimeException failure;

  private final UserSessionPersisterProvider observed =
      ObservedSessionPersisterFactory.observed(
          SESSION,
          Fake.of(
              UserSessionPersisterProvider.class,
              (self, method, arguments) -> {
                delegated.add(method);
                if (failure != null) {
                  throw failure;
                }
                return method.getName().equals("loadUserSession")
                    ? USER_SESSION
                    : Fake.nothing(method.getReturnType());
              }),
          (realm, removed) -> {
            seen.add(removed);
            return false;
          });

  @Test
  void given_any_method_of_the_running_version_then_it_is_delegated() throws Exception {
    for (Method method : UserSessionPersisterProvider.class.getMethods()) {
      delegated.clear();
      Object[] arguments =
          Arrays.stream(method.getParameterTypes())
              .map(type -> type == String.class ? "id" : Fake.nothing(type))
              .toArray();

      method.invoke(observed, arguments);

      assertThat(delegated).contains(method);
    }
  }

  @Test
  void given_a_removed_session_or_client_session_then_its_user_and_kind_are_known() {
    observed.removeUserSession("sid", true);
    observed.removeUserSession("sid", false);
    observed.removeClientSession("sid", "client", false);

    assertThat(seen)
        .containsExactly(
            new Removed(Trigger.LOGOUT, Sessions.of("user", "sid", SessionKind.OFFLINE)),
            new Removed(Trigger.LOGOUT, Sessions.of("user", "sid", SessionKind.ONLINE)),
            new Removed(
                Trigger.TOKEN_REVOCATION,
                new ClientSessions(
                    "user", List.of(new ClientSession("sid", "client")), List.of())));
  }

  @Test
  void given_a_failure_of_the_built_in_persister_then_it_is_thrown_and_nothing_is_reported() {
    failure = new IllegalStateException("conflict");

    assertThatThrownBy(() -> observed.removeExpired(null)).isSameAs(failure);
    assertThat(seen).isEmpty();
  }
}
